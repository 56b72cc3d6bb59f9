module linked

go 1.19
