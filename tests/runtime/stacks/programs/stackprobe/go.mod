module stackprobe

go 1.21
