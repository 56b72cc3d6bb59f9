module syscalls

go 1.21
