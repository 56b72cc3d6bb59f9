// The article's processLargePayload with a pool that works, and what buffers cost.
//
//	payloads copied BYTES   how much of a payload comes out, and what a round with the pool allocates
//	payloads header         what make and unsafe.Slice allocate for a buffer of 64 KiB
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"unsafe"
)

const (
	slab   = 64 * 1024
	rounds = 2000
)

var (
	values   = sync.Pool{New: func() any { return make([]byte, slab) }}
	pointers = sync.Pool{New: func() any { b := make([]byte, slab); return &b }}
	kept     []byte
)

// processLargePayload is the article's, but that it tells what it copied.
func processLargePayload(data []byte) int {
	buf := values.Get().([]byte)
	defer values.Put(buf)
	dst := buf[:min(len(data), len(buf))]
	return copy(dst, data)
}

func byPointer(data []byte) int {
	buf := pointers.Get().(*[]byte)
	defer pointers.Put(buf)
	return copy((*buf)[:min(len(data), len(*buf))], data)
}

func main() {
	debug.SetGCPercent(-1) // a collection would empty the pools
	facts := map[string]any{}
	switch os.Args[1] {
	case "copied":
		size, err := strconv.Atoi(os.Args[2])
		if err != nil {
			panic(err)
		}
		data := make([]byte, size)
		facts["bytes_in"], facts["bytes_out"] = size, processLargePayload(data)
		facts["allocations_by_value"] = testing.AllocsPerRun(rounds, func() { processLargePayload(data) })
		facts["allocations_by_pointer"] = testing.AllocsPerRun(rounds, func() { byPointer(data) })
	case "header":
		facts["made"] = testing.AllocsPerRun(rounds, func() { kept = make([]byte, slab) })
		facts["sliced"] = testing.AllocsPerRun(rounds, func() {
			kept = unsafe.Slice((*byte)(unsafe.Pointer(new([slab]byte))), slab)
		})
	}
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}
