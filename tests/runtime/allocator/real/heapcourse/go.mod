module heapcourse

go 1.21
