module unstopped

go 1.21
