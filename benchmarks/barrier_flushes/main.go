// barrierflushes WRITES does so many pointer writes while the collector marks, and fails when it
// stopped marking before they were done. A probe at runtime.wbBufFlush counts how often they filled
// the buffer.
//
// That the collector marks is read from the runtime's own count of its pauses: there is one before
// marking and one after.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
)

const (
	nodes = 2_000_000 // enough to be busy with while we write
	burst = 50_000
	mask  = 1<<16 - 1
)

type node struct {
	next *node
	rest [6]uintptr
}

var (
	kept        *node
	from, slots [mask + 1]*node
)

func main() {
	writes, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.SetGCPercent(-1)
	for i := range from {
		from[i] = &node{}
	}
	kept = shuffledList()
	before := pauses()
	done := make(chan struct{})
	go func() {
		runtime.GC()
		close(done)
	}()
	for pauses() == before {
	}
	for written := 0; written < writes; written += burst {
		write()
	}
	if pauses() != before+1 {
		fmt.Fprintln(os.Stderr, "barrierflushes: the collector was done before the writes")
		os.Exit(1)
	}
	<-done
}

func write() {
	for i := 0; i < burst; i++ {
		slots[(i*7)&mask] = from[(i*31)&mask]
	}
}

// shuffledList is in no order of addresses: one cache miss for each node that is marked.
func shuffledList() *node {
	all := make([]*node, nodes)
	for i := range all {
		all[i] = &node{}
	}
	rand.New(rand.NewSource(1)).Shuffle(nodes, func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i := 1; i < nodes; i++ {
		all[i-1].next = all[i]
	}
	return all[0]
}

// pauses counts the stops of the world for the collector.
func pauses() uint64 {
	for _, name := range []string{"/sched/pauses/total/gc:seconds", "/gc/pauses:seconds"} {
		one := []metrics.Sample{{Name: name}}
		metrics.Read(one)
		if one[0].Value.Kind() == metrics.KindFloat64Histogram {
			total := uint64(0)
			for _, count := range one[0].Value.Float64Histogram().Counts {
				total += count
			}
			return total
		}
	}
	panic("no metric counts the pauses")
}
