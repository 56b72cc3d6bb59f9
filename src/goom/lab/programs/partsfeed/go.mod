module partsfeed

go 1.21
