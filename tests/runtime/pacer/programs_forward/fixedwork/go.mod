module fixedwork

go 1.21
