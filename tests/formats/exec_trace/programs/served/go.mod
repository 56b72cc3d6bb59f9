module served

go 1.22
