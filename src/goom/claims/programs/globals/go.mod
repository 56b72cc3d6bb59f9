module globals

go 1.21
