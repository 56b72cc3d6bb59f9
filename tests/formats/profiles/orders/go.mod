module acme/orders

go 1.21
