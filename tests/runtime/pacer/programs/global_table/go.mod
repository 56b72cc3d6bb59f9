module global_table

go 1.21
