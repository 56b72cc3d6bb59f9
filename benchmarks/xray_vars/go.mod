module xray_vars

go 1.19
