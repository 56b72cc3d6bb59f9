module largeobjects

go 1.21
