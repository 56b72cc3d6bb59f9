// Keeps so many MiB in objects of 4 KiB and replaces so many MiB of them, one after the other.
//
//	steady LIVE_MIB CHURN_MIB
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

const objectBytes = 4096

var kept [][]byte

func main() {
	live, _ := strconv.Atoi(os.Args[1])
	churn, _ := strconv.Atoi(os.Args[2])
	perMiB := (1 << 20) / objectBytes
	began := time.Now()
	kept = make([][]byte, live*perMiB)
	for i := range kept {
		kept[i] = written()
	}
	var stats runtime.MemStats
	most, used := uint64(0), uint64(0)
	for i := 0; i < churn*perMiB; i++ {
		kept[i%len(kept)] = written()
		if i%(16*perMiB) == 0 {
			runtime.ReadMemStats(&stats)
			most = max64(most, stats.HeapInuse)
			used = max64(used, stats.Sys-stats.HeapReleased)
		}
	}
	runtime.ReadMemStats(&stats)
	printed, _ := json.Marshal(map[string]any{
		"most_heap_inuse_bytes": max64(most, stats.HeapInuse),
		"collections":           stats.NumGC,
		"most_used_bytes":       used, // what GOMEMLIMIT counts
		"seconds":               time.Since(began).Seconds(),
	})
	fmt.Println(string(printed))
}

func written() []byte {
	object := make([]byte, objectBytes)
	object[0], object[objectBytes-1] = 1, 1
	return object
}

func max64(a, b uint64) uint64 {
	if a > b {
		return a
	}
	return b
}
