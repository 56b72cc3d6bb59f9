module tickers

go 1.21
