module assisting

go 1.21
