// Reads runtime/metrics at many settings and heaps, one line of JSON each: what the pacer's goal is
// made of, and the goal that the runtime itself states.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	mib     = 1 << 20
	noLimit = 1<<63 - 1
)

type record struct {
	next  *record
	words [15]uint64
}

var (
	kept    []*record
	buffers [][]byte
)

var names = map[string]string{
	"goal":     "/gc/heap/goal:bytes",
	"total":    "/memory/classes/total:bytes",
	"released": "/memory/classes/heap/released:bytes",
	"free":     "/memory/classes/heap/free:bytes",
	"objects":  "/memory/classes/heap/objects:bytes",
	"marked":   "/gc/heap/live:bytes",
	"stacks":   "/gc/scan/stack:bytes",
	"globals":  "/gc/scan/globals:bytes",
}

func main() {
	for _, heap := range []int{1, 7, 20, 45} {
		grow(heap * mib)
		deepen(heap)
		settle()
		for _, percent := range []int{100, 25, 50, 200, 400, 0, -1} {
			for _, limit := range []int64{noLimit, 1024, 256, 128, 96, 72, 64, 56, 48, 40, 32, 24, 16, 8} {
				snapshot(percent, limit)
			}
		}
	}
}

// grow adds records until bytes are kept, and leaves holes between them.
func grow(bytes int) {
	for len(kept)*128 < bytes {
		kept = append(kept, &record{words: [15]uint64{1: 1}})
	}
	for i := 0; i < len(kept); i += 7 {
		kept[i] = nil
	}
	buffers = append(buffers, make([]byte, bytes/5))
}

// deepen has some goroutines wait with deep stacks.
func deepen(count int) {
	for i := 0; i < count; i++ {
		go deep(50)
	}
}

func deep(calls int) int {
	var frame [32]int
	if calls > 0 {
		frame[calls%32] = deep(calls - 1)
		return frame[calls%31]
	}
	select {}
}

// settle collects with everything off, so that no cycle runs while metrics are read.
func settle() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(noLimit)
	time.Sleep(20 * time.Millisecond)
	runtime.GC()
	time.Sleep(20 * time.Millisecond)
}

func snapshot(percent int, limit int64) {
	if limit != noLimit {
		limit *= mib
	}
	samples := make([]metrics.Sample, 0, len(names))
	fields := make([]string, 0, len(names))
	for field, name := range names {
		samples = append(samples, metrics.Sample{Name: name})
		fields = append(fields, field)
	}
	figures := map[string]uint64{}
	before := moved()
	debug.SetGCPercent(percent)
	debug.SetMemoryLimit(limit)
	metrics.Read(samples)
	same := moved() == before
	debug.SetMemoryLimit(noLimit)
	debug.SetGCPercent(-1)
	for i, field := range fields {
		figures[field] = samples[i].Value.Uint64()
	}
	line, err := json.Marshal(struct {
		Percent int               `json:"percent"`
		Limit   int64             `json:"limit"`
		Quiet   bool              `json:"quiet"`
		Figures map[string]uint64 `json:"figures"`
	}{percent, limit, same, figures})
	if err != nil {
		fmt.Fprintln(os.Stderr, "goal_snapshots:", err)
		os.Exit(1)
	}
	fmt.Println(string(line))
}

// moved counts collections, and what the scavenger has given back, without any allocation of its
// own. Figures that are read while either goes on are of different moments.
func moved() [2]uint64 {
	metrics.Read(counting[:])
	return [2]uint64{counting[0].Value.Uint64(), counting[1].Value.Uint64()}
}

var counting = [2]metrics.Sample{
	{Name: "/gc/cycles/total:gc-cycles"},
	{Name: "/memory/classes/heap/released:bytes"},
}
