// Prints what the pacer knows and the goal it set, at several settings of GOGC.
//
//	goals LIVE_MIB GOROUTINES
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

type record struct {
	next *record
	_    [15]uint64
}

type point struct {
	GCPercent   int    `json:"gc_percent"`
	HeapMarked  uint64 `json:"heap_marked_bytes"`
	StackScan   uint64 `json:"stack_scan_bytes"`
	GlobalsScan uint64 `json:"globals_scan_bytes"`
	HeapGoal    uint64 `json:"heap_goal_bytes"`
	NextGC      uint64 `json:"next_gc_bytes"`
}

var (
	all   []*record
	names = []string{
		"/gc/heap/live:bytes", "/gc/scan/stack:bytes", "/gc/scan/globals:bytes",
		"/gc/heap/goal:bytes",
	}
)

func main() {
	live, _ := strconv.Atoi(os.Args[1])
	goroutines, _ := strconv.Atoi(os.Args[2])
	for i := 0; i < live<<20/128; i++ {
		all = append(all, &record{})
	}
	parked, ready := make(chan bool), make(chan bool)
	for i := 0; i < goroutines; i++ {
		go deep(200, ready, parked)
		<-ready
	}
	var points []point
	for _, percent := range []int{25, 50, 100, 200, 400} {
		debug.SetGCPercent(percent)
		runtime.GC()
		points = append(points, look(percent))
	}
	printed, _ := json.Marshal(map[string]any{
		"points":             points,
		"memory_limit_bytes": debug.SetMemoryLimit(-1),
	})
	fmt.Println(string(printed))
}

func look(percent int) point {
	samples := make([]metrics.Sample, len(names))
	for i := range samples {
		samples[i].Name = names[i]
	}
	metrics.Read(samples)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return point{
		percent, samples[0].Value.Uint64(), samples[1].Value.Uint64(),
		samples[2].Value.Uint64(), samples[3].Value.Uint64(), stats.NextGC,
	}
}

// deep keeps a stack of so many frames that have pointers in them.
func deep(frames int, ready, parked chan bool) *record {
	local := &record{}
	if frames == 0 {
		ready <- true
		<-parked
		return local
	}
	found := deep(frames-1, ready, parked)
	if found == nil {
		return local
	}
	return found
}
