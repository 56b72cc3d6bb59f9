module tileserver

go 1.21
