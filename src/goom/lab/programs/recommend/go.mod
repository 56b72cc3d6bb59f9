module recommend

go 1.21
