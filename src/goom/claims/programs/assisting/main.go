// Keeps a tree of objects with pointers and replaces parts of it at a stated speed.
//
//	assisting LIVE_MIB SECONDS MIB_PER_SECOND [finalizers COUNT]
//
// At 0 MiB per second it allocates as fast as it can. It never catches up: it rests after each tree,
// so that on a busy machine it is slower, and not at full speed now and then.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"time"
)

type node struct {
	left, right *node
	_           [6]uint64
}

const treeNodes = 1 << 10 // 64 KiB a tree

var (
	trees     []*node
	held      []*node
	finalized int
)

func main() {
	live, _ := strconv.Atoi(os.Args[1])
	seconds, _ := strconv.ParseFloat(os.Args[2], 64)
	speed, _ := strconv.ParseFloat(os.Args[3], 64)
	trees = make([]*node, live*16)
	for i := range trees {
		trees[i] = grow(10)
	}
	if len(os.Args) > 5 {
		count, _ := strconv.Atoi(os.Args[5])
		finalizers(count)
	}
	before := cpu()
	replaced := replace(time.Duration(seconds*float64(time.Second)), speed)
	facts := cpu()
	for key, used := range before {
		facts[key] -= used
	}
	facts["replaced_bytes"] = float64(replaced) * treeNodes * 64
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

func replace(lasting time.Duration, speed float64) int {
	var rest time.Duration
	if speed > 0 {
		rest = time.Duration(float64(time.Second) / 16 / speed)
	}
	began := time.Now()
	replaced := 0
	for ; time.Since(began) < lasting; replaced++ {
		trees[replaced%len(trees)] = grow(10)
		time.Sleep(rest)
	}
	return replaced
}

func grow(depth int) *node {
	if depth == 0 {
		return nil
	}
	return &node{left: grow(depth - 1), right: grow(depth - 1)}
}

// finalizers makes objects that stay, each with a finalizer that never runs.
func finalizers(count int) {
	held = make([]*node, count)
	for i := range held {
		held[i] = &node{}
		runtime.SetFinalizer(held[i], func(*node) { finalized++ })
	}
}

// cpu is what was used so far; the runtime brings it up to date when a cycle ends.
func cpu() map[string]float64 {
	names := map[string]string{
		"assist_seconds": "/cpu/classes/gc/mark/assist:cpu-seconds",
		"gc_seconds":     "/cpu/classes/gc/total:cpu-seconds",
		"total_seconds":  "/cpu/classes/total:cpu-seconds",
	}
	runtime.GC()
	facts := map[string]float64{}
	for key, name := range names {
		sample := []metrics.Sample{{Name: name}}
		metrics.Read(sample)
		facts[key] = sample[0].Value.Float64()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	facts["collections"] = float64(stats.NumGC - stats.NumForcedGC)
	return facts
}
