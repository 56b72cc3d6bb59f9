module heapfacts

go 1.21
