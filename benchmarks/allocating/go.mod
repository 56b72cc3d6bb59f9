module example.com/allocating

go 1.21
