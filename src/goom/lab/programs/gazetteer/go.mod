module gazetteer

go 1.21
