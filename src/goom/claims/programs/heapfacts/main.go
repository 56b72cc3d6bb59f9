// Small facts about the heap, each seen from inside of one program.
//
//	heapfacts start      what is in use when main begins
//	heapfacts fresh      resident memory when 64 MiB that nobody wrote to are allocated
//	heapfacts reused     the same once those pages have been used and freed before
//	heapfacts churn      how the heap grows under 10,000 objects of 64 KiB that are dropped at once
//	heapfacts waste      what a mixed heap keeps beyond its objects when half of them are gone
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

const large = 64 << 20

var (
	kept   []byte
	mixed  [200_000][]byte
	before runtime.MemStats
)

func main() {
	runtime.ReadMemStats(&before)
	facts := map[string]any{}
	switch os.Args[1] {
	case "start":
		facts["heap_inuse_bytes"] = before.HeapInuse
		facts["mallocs"] = before.Mallocs
	case "fresh":
		debug.SetGCPercent(-1)
		facts["resident_growth_bytes"] = grown(func() { kept = make([]byte, large) })
	case "reused":
		debug.SetGCPercent(-1)
		kept = make([]byte, large)
		write(kept)
		kept = nil
		runtime.GC()
		kept = make([]byte, large)
		dirty := 0
		for _, one := range kept {
			if one != 0 {
				dirty++
			}
		}
		facts["bytes_not_zero"] = dirty
	case "churn":
		churn()
		var after runtime.MemStats
		runtime.ReadMemStats(&after)
		facts["allocated_bytes"] = after.TotalAlloc - before.TotalAlloc
		facts["heap_sys_growth_bytes"] = after.HeapSys - before.HeapSys
	case "waste":
		facts["unused_fraction"] = unused()
	}
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

func write(memory []byte) {
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
}

func churn() {
	for i := 0; i < 10_000; i++ {
		kept = make([]byte, 64<<10)
		write(kept)
	}
}

func unused() float64 {
	source := rand.New(rand.NewSource(1))
	for i := range mixed {
		mixed[i] = make([]byte, 8+source.Intn(249))
	}
	for i := range mixed {
		if source.Intn(2) == 0 {
			mixed[i] = nil
		}
	}
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return 1 - float64(stats.HeapAlloc)/float64(stats.HeapInuse)
}

func grown(work func()) int {
	start := resident()
	work()
	return resident() - start
}

func resident() int {
	data, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(string(bytes.Fields(data)[1]))
	return pages * os.Getpagesize()
}
