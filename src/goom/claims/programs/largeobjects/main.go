// Large objects: from which size on, what they cost, and what they leave behind.
//
//	largeobjects counts BYTES…    how many of 1,000 of each size the runtime counts as large
//	largeobjects cost BYTES       what one of so many bytes costs
//	largeobjects churn            pages between large objects that come and go for long
//	largeobjects drop             heap figures after 128 MiB were dropped and returned
//	largeobjects ratio            NextGC over HeapAlloc in a steady program
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
)

var (
	kept [256][]byte
	one  []byte
)

func main() {
	facts := map[string]any{}
	switch os.Args[1] {
	case "counts":
		debug.SetGCPercent(-1)
		for _, word := range os.Args[2:] {
			facts[word] = large(number(word))
		}
	case "cost":
		facts["cost_bytes"] = cost(number(os.Args[2]))
	case "churn":
		churn(facts)
	case "drop":
		drop(facts)
	case "ratio":
		ratio(facts)
	}
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

func number(word string) int {
	found, err := strconv.Atoi(word)
	if err != nil {
		panic(err)
	}
	return found
}

// countedLarge is the last bucket of the histogram: what has no size class.
func countedLarge() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs-by-size:bytes"}}
	metrics.Read(sample)
	counts := sample[0].Value.Float64Histogram().Counts
	return counts[len(counts)-1]
}

func large(size int) uint64 {
	countedLarge()
	before := countedLarge()
	for i := 0; i < 1000; i++ {
		one = make([]byte, size)
	}
	return countedLarge() - before
}

func cost(size int) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < 100; i++ {
		one = make([]byte, size)
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / 100
}

func written(size int) []byte {
	memory := make([]byte, size)
	for i := 0; i < size; i += 4096 {
		memory[i] = 1
	}
	return memory
}

// churn replaces objects of 33 to 290 KB at random, looks early and late, and asks for half of the
// free pages in one piece: the heap grows for it when they are in pieces. It is collected after
// every 64 objects: how far the heap overshoots would depend on who else needs the CPU.
func churn(facts map[string]any) {
	debug.SetGCPercent(-1)
	source := rand.New(rand.NewSource(1))
	var early, late, after runtime.MemStats
	for i := 0; i < 20_000; i++ {
		kept[source.Intn(len(kept))] = written(33_000 + source.Intn(256<<10))
		if i%64 == 0 {
			runtime.GC()
		}
		if i == 4032 {
			runtime.ReadMemStats(&early)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&late)
	facts["heap_alloc_early_bytes"] = early.HeapAlloc
	facts["heap_alloc_late_bytes"] = late.HeapAlloc
	facts["heap_idle_late_bytes"] = late.HeapIdle
	facts["heap_sys_late_bytes"] = late.HeapSys
	one = make([]byte, late.HeapIdle/2) // half of the free pages in one run, not written to
	runtime.ReadMemStats(&after)
	facts["growth_for_half_of_idle_bytes"] = int64(after.HeapSys) - int64(late.HeapSys)
}

func drop(facts map[string]any) {
	for i := range kept {
		kept[i] = written(512 << 10)
	}
	kept = [256][]byte{}
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	facts["heap_sys_bytes"] = stats.HeapSys
	facts["heap_inuse_bytes"] = stats.HeapInuse
	facts["heap_idle_bytes"] = stats.HeapIdle
	facts["heap_released_bytes"] = stats.HeapReleased
	facts["resident_bytes"] = resident()
}

func ratio(facts map[string]any) {
	for i := range kept {
		kept[i] = written(64 << 10)
	}
	runtime.GC()
	least, most := 1e9, 0.0
	var stats runtime.MemStats
	for i := 0; i < 5000; i++ {
		kept[i%len(kept)] = written(64 << 10)
		runtime.ReadMemStats(&stats)
		now := float64(stats.NextGC) / float64(stats.HeapAlloc)
		if now < least {
			least = now
		}
		if now > most {
			most = now
		}
	}
	facts["least_ratio"], facts["most_ratio"], facts["collections"] = least, most, stats.NumGC
}

func resident() int {
	data, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(string(bytes.Fields(data)[1]))
	return pages * os.Getpagesize()
}
