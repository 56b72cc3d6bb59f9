module barrierflushes

go 1.19
