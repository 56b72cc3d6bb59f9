module alloctime

go 1.21
