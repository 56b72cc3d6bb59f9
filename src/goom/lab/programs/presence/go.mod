module presence

go 1.21
