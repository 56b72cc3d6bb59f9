package main

import (
	"runtime"
	"runtime/metrics"
	"time"
)

type parked struct {
	Inuse  uint64      `json:"inuse"`  // StackInuse that these goroutines added
	Metric uint64      `json:"metric"` // the same by /memory/classes/heap/stacks:bytes
	Stacks map[int]int `json:"stacks"` // goroutines by the size of their stack
	Used   map[int]int `json:"used"`   // and by what they use of it
}

// park has a crowd wait at a place. Only once in a process: the dead keep stacks for the next.
func park(arguments []string) any {
	descend, depth := place(arguments[1])
	gs := make([]*goroutine, number(arguments[0]))
	before, metricBefore := stackInuse(), stackMetric()
	crowd(descend, depth, gs, make(chan int))
	metric := stackMetric() - metricBefore
	told := parked{stackInuse() - before, metric, map[int]int{}, byUse(gs)}
	for _, g := range gs {
		told.Stacks[g.size()]++
	}
	return told
}

// crowd starts goroutines, one after the other, that wait until let go.
func crowd(descend recursion, depth int, gs []*goroutine, release chan int) {
	for i := range gs {
		ready := make(chan int)
		go waiter(descend, depth, &gs[i], ready, release)
		<-ready
	}
	time.Sleep(20 * time.Millisecond) // for the last one to park
}

func waiter(descend recursion, depth int, g **goroutine, ready, release chan int) {
	*g = self()
	descend(0, depth, func() {
		close(ready)
		<-release
	})
}

func byUse(gs []*goroutine) map[int]int {
	told := map[int]int{}
	for _, g := range gs {
		told[g.used()]++
	}
	return told
}

func stackInuse() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.StackInuse
}

func stackMetric() uint64 { return readMetric("/memory/classes/heap/stacks:bytes") }

func readMetric(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
