module wallet

go 1.21
