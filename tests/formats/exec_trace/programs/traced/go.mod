module traced

go 1.21
