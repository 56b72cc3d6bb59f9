module persistent

go 1.21
