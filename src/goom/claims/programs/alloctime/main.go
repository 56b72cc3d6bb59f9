// Times small allocations, for ratios between versions and sizes.
//
//	alloctime BYTES noscan|pointers
//
// A batch is 256 allocations: one alone is shorter than the clock's own cost.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"time"
)

const (
	batches = 20_000
	batch   = 256
)

var (
	bytesKept    [batch][]byte
	pointersKept [batch][]*byte
)

func main() {
	size, _ := strconv.Atoi(os.Args[1])
	withPointers := os.Args[2] == "pointers"
	runtime.GOMAXPROCS(1)
	took := make([]float64, batches)
	began := time.Now()
	for i := range took {
		start := time.Now()
		if withPointers {
			for j := range pointersKept {
				pointersKept[j] = make([]*byte, size/8)
			}
		} else {
			for j := range bytesKept {
				bytesKept[j] = make([]byte, size)
			}
		}
		took[i] = float64(time.Since(start).Nanoseconds()) / batch
	}
	whole := float64(time.Since(began).Nanoseconds()) / (batches * batch)
	sort.Float64s(took)
	printed, _ := json.Marshal(map[string]float64{
		"mean_ns":   whole,
		"median_ns": took[batches/2],
		"p99_ns":    took[batches*99/100],
	})
	fmt.Println(string(printed))
}
