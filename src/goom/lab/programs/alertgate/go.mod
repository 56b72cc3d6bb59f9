module alertgate

go 1.21
