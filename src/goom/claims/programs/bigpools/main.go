// Buffers of 64 KiB, each time new or from a pool.
//
//	bigpools fresh ROUNDS     a new one each round
//	bigpools pooled ROUNDS    one from a sync.Pool
//	bigpools nilslice         a slice of 64 KiB at nil, as the article writes it
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"unsafe"
)

const size = 64 << 10

var (
	pool = sync.Pool{New: func() any { memory := make([]byte, size); return &memory }}
	one  *[]byte
)

func main() {
	rounds := 0
	if len(os.Args) > 2 {
		rounds, _ = strconv.Atoi(os.Args[2])
	}
	switch os.Args[1] {
	case "fresh":
		for i := 0; i < rounds; i++ {
			memory := make([]byte, size)
			one = &memory
			use(one)
		}
	case "pooled":
		for i := 0; i < rounds; i++ {
			one = pool.Get().(*[]byte)
			use(one)
			pool.Put(one)
		}
	case "nilslice":
		fmt.Println(len(unsafe.Slice((*byte)(nil), size+rounds)))
		return
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	printed, _ := json.Marshal(map[string]any{
		"collections":     stats.NumGC,
		"allocated_bytes": stats.TotalAlloc,
	})
	fmt.Println(string(printed))
}

func use(memory *[]byte) {
	for i := 0; i < size; i += 4096 {
		(*memory)[i]++
	}
}
