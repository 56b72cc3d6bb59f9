package main

import (
	"runtime"
	"time"
)

type started struct {
	Used     map[int]int `json:"used"`    // waiting goroutines by what they use, when scanned
	Procs    int         `json:"procs"`   // mark workers, one for each P, are scanned too
	Scanned  uint64      `json:"scanned"` // bytes of stack that were scanned, of all goroutines
	Starting int         `json:"starting"`
	Reused   map[int]int `json:"reused"` // sizes of the stacks of goroutines that reuse a dead one
	Fresh    map[int]int `json:"fresh"`  // and of those started when none was left
}

// start has deep and shallow goroutines scanned, reads the start size, lets them die and starts
// others: first as many as died, then more.
func start(arguments []string) any {
	descend, depth := place(arguments[0])
	release := make(chan int)
	gs := make([]*goroutine, number(arguments[1])+number(arguments[2]))
	deep := gs[:number(arguments[1])]
	crowd(descend, depth, deep, release)
	crowd(recursions["f0"], 0, gs[len(deep):], release)
	runtime.GC()
	told := started{
		Used:     byUse(gs),
		Procs:    runtime.GOMAXPROCS(0),
		Scanned:  readMetric("/gc/scan/stack:bytes"),
		Starting: int(readMetric("/gc/stack/starting-size:bytes")),
	}
	close(release)
	for runtime.NumGoroutine() > 1 {
		time.Sleep(time.Millisecond)
	}
	again := make(chan int)
	told.Reused = startSizes(len(gs)*9/10, again) // a few dead ones stay with another P
	startSizes(len(gs)*2/10, again)
	told.Fresh = startSizes(100, again)
	close(again)
	return told
}

// startSizes starts goroutines that stay, and counts them by the size of their stack.
func startSizes(count int, release chan int) map[int]int {
	sizes := make(chan int)
	told := map[int]int{}
	for ; count > 0; count-- {
		go func() {
			sizes <- self().size()
			<-release
		}()
		told[<-sizes]++
	}
	return told
}
