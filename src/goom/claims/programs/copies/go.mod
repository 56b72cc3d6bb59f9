module copies

go 1.21
