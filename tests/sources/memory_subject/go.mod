module example.com/tenant

go 1.21
