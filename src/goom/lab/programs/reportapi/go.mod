module reportapi

go 1.21
