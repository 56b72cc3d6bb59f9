module stackwatch

go 1.21
