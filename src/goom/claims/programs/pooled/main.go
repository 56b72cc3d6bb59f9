// Puts one large object into a sync.Pool and tells how long the pool keeps it from being freed.
//
//	pooled MIB
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
)

const collections = 4

var pool sync.Pool

func main() {
	size, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.GOMAXPROCS(1)
	put(size << 20)
	after := []uint64{heap()}
	for range [collections]struct{}{} {
		runtime.GC()
		after = append(after, heap())
	}
	printed, err := json.Marshal(map[string][]uint64{"heap_after_bytes": after})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(printed))
}

//go:noinline
func put(size int) {
	buffer := make([]byte, size)
	pool.Put(&buffer)
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
