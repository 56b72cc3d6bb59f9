module mappings

go 1.21
