module logshipper

go 1.21
