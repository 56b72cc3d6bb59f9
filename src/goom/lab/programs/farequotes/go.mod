module farequotes

go 1.21
