module bigpools

go 1.21
