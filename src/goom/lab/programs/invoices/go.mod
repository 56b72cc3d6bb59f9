module invoices

go 1.21
