module sessionstore

go 1.21
