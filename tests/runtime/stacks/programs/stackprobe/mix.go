package main

import (
	"runtime"
	"strings"
	"time"
)

type mixed struct {
	Procs    int           `json:"procs"`
	Moments  []moment      `json:"moments"` // before any collection and after each
	Starting int           `json:"starting"`
	Second   moment        `json:"second"` // the next generation, which reuses the dead
	Used     []map[int]int `json:"used"`   // by group, goroutines by what they use where they wait
}

type moment struct {
	Inuse  uint64        `json:"inuse"`  // StackInuse above that of the empty program
	Stacks []map[int]int `json:"stacks"` // by group, goroutines by the size of their stack
}

// mix has groups of goroutines go to one place and wait at another; each group is an argument
// COUNT/PLACE/PLACE. Collections look at them, they end, and as many start again.
func mix(arguments []string) any {
	empty := stackInuse()
	gs := make([][]*goroutine, len(arguments)-1)
	release := generation(arguments[1:], gs)
	told := mixed{Procs: runtime.GOMAXPROCS(0), Moments: []moment{look(gs, empty)}}
	for _, group := range gs {
		told.Used = append(told.Used, byUse(group))
	}
	for left := number(arguments[0]); left > 0; left-- {
		runtime.GC()
		told.Moments = append(told.Moments, look(gs, empty))
	}
	told.Starting = int(readMetric("/gc/stack/starting-size:bytes"))
	close(release)
	for runtime.NumGoroutine() > 1 {
		time.Sleep(time.Millisecond)
	}
	generation(arguments[1:], gs)
	told.Second = look(gs, empty)
	return told
}

func generation(groups []string, gs [][]*goroutine) chan int {
	release := make(chan int)
	for i, argument := range groups {
		parts := strings.Split(argument, "/")
		gs[i] = make([]*goroutine, number(parts[0]))
		for j := range gs[i] {
			ready := make(chan *goroutine)
			go goAndWait(parts[1], parts[2], ready, release, 0)
			gs[i][j] = <-ready
		}
	}
	time.Sleep(20 * time.Millisecond) // for the last one to park
	return release
}

func look(gs [][]*goroutine, empty uint64) moment {
	told := moment{Inuse: stackInuse() - empty}
	for _, group := range gs {
		sizes := map[int]int{}
		for _, g := range group {
			sizes[g.size()]++
		}
		told.Stacks = append(told.Stacks, sizes)
	}
	return told
}
