module unzeroed

go 1.21
