// What freed small objects leave behind: who can use it again.
//
//	reuse slots BYTES    free nine of ten slots of 48 bytes; how far the heap grows for as many objects of BYTES
//	reuse small          how far the heap grows under 20 million objects of 8 bytes that are dropped at once
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

const (
	objects = 200_000
	freed   = objects / 10 * 9
	dropped = 20_000_000
)

type small struct{ ID uint64 }

var (
	first, second [objects][]byte
	last          *small
)

func main() {
	facts := map[string]any{}
	switch os.Args[1] {
	case "slots":
		size, err := strconv.Atoi(os.Args[2])
		if err != nil {
			panic(err)
		}
		facts["growth_bytes"] = slots(size)
		facts["objects"] = freed
	case "small":
		before := stats()
		for i := uint64(0); i < dropped; i++ {
			last = &small{ID: i}
		}
		after := stats()
		facts["allocated_bytes"] = after.TotalAlloc - before.TotalAlloc
		facts["heap_sys_growth_bytes"] = after.HeapSys - before.HeapSys
		facts["collections"] = after.NumGC - before.NumGC
	}
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

// slots is what the spans in use grow by.
func slots(size int) uint64 {
	debug.SetGCPercent(-1)
	for i := range first {
		first[i] = make([]byte, 48)
	}
	for i := range first {
		if i%10 != 0 {
			first[i] = nil
		}
	}
	runtime.GC()
	runtime.GC() // everything is swept
	before := stats()
	for i := range second[:freed] {
		second[i] = make([]byte, size)
	}
	return stats().HeapInuse - before.HeapInuse
}

func stats() (found runtime.MemStats) {
	runtime.ReadMemStats(&found)
	return found
}
