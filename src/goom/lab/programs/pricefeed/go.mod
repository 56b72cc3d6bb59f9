module pricefeed

go 1.21
