module payloads

go 1.21
