// Allocates many objects of one size and prints how the runtime counted them.
//
//	objects COUNT BYTES noscan|pointers
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
)

var (
	bytesKept    [][]byte
	pointersKept [][]*byte
)

type counted struct {
	Mallocs       uint64            `json:"mallocs"`
	TinyAllocs    uint64            `json:"tiny_allocs"`
	AllocBytes    uint64            `json:"alloc_bytes"`
	MallocsBySize map[string]uint64 `json:"mallocs_by_size"`
}

func tinyAllocs() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/tiny/allocs:objects"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	size, _ := strconv.Atoi(os.Args[2])
	withPointers := os.Args[3] == "pointers"
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	bytesKept = make([][]byte, count)
	pointersKept = make([][]*byte, count)
	var before, after runtime.MemStats
	tinyAllocs() // its own tables are made at the first call
	tiny := tinyAllocs()
	runtime.ReadMemStats(&before)
	if withPointers {
		for i := range pointersKept {
			pointersKept[i] = make([]*byte, size/8)
		}
	} else {
		for i := range bytesKept {
			bytesKept[i] = make([]byte, size)
		}
	}
	runtime.ReadMemStats(&after)
	tiny = tinyAllocs() - tiny
	found := counted{
		Mallocs:       after.Mallocs - before.Mallocs,
		TinyAllocs:    tiny,
		AllocBytes:    after.TotalAlloc - before.TotalAlloc,
		MallocsBySize: map[string]uint64{},
	}
	for i := range after.BySize {
		if made := after.BySize[i].Mallocs - before.BySize[i].Mallocs; made > 0 {
			found.MallocsBySize[strconv.Itoa(int(after.BySize[i].Size))] = made
		}
	}
	printed, _ := json.Marshal(found)
	fmt.Println(string(printed))
}
