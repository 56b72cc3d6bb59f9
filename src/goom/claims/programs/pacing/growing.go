package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

type leaked struct {
	AutomaticCycles uint32   `json:"automatic_cycles"`
	KeptObjects     uint64   `json:"kept_objects"`
	FreedObjects    uint64   `json:"freed_by_call_objects"`
	Objects         []uint64 `json:"objects"`
}

// leak keeps half of what it makes, nobody calling runtime.GC; then it is called.
func leak(numbers []int) any {
	var stats runtime.MemStats
	found := leaked{}
	for done := 0; done < numbers[0]; done++ {
		keep(1)
		waste(1, 0)
		runtime.ReadMemStats(&stats)
		found.Objects = append(found.Objects, stats.HeapObjects)
	}
	found.AutomaticCycles = stats.NumGC - stats.NumForcedGC
	found.KeptObjects = uint64(numbers[0]) * recordsMB
	runtime.GC()
	runtime.ReadMemStats(&stats)
	if stats.HeapObjects < found.KeptObjects {
		found.FreedObjects = found.KeptObjects - stats.HeapObjects
	}
	return found
}

// rise grows by a step each 100 ms and says so at once, as it may be killed at any of them.
func rise(numbers []int) any {
	for size := 0; size < numbers[0]; size += numbers[1] {
		next := time.Now().Add(100 * time.Millisecond)
		keep(numbers[1])
		fmt.Fprintf(os.Stdout, "%d\n", size+numbers[1])
		time.Sleep(time.Until(next))
	}
	return map[string]bool{"survived": true}
}

// untouched raises what counts as live at once, by memory that no page stands behind.
func untouched(numbers []int) any {
	before, began := read("/memory/classes/heap/objects:bytes"), time.Now()
	large := make([]byte, numbers[0]*mib)
	seconds := time.Since(began).Seconds()
	rise := read("/memory/classes/heap/objects:bytes") - before
	runtime.KeepAlive(large)
	return map[string]float64{"rise_bytes": float64(rise), "seconds": seconds}
}
