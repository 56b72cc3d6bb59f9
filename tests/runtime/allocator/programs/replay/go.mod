module replay

go 1.21
