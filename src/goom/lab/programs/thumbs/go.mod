module thumbs

go 1.21
