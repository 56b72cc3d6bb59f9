module example.com/ebpfcgo

go 1.21
