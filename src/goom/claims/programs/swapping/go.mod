module swapping

go 1.21
