module example.com/ebpfsubject

go 1.21
