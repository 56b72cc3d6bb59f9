package main

import (
	"runtime"
	"runtime/debug"
	"sort"
	"sync"
	"time"
)

var rest time.Duration

type pace struct {
	Cycles       uint32  `json:"cycles"`
	PauseSeconds float64 `json:"pause_median_seconds"`
	Seconds      float64 `json:"seconds"`
	MostBytes    uint64  `json:"most_under_limit_bytes"`
	GoalBytes    uint64  `json:"goal_bytes"`
	MarkedBytes  uint64  `json:"heap_marked_bytes"`
}

// steady makes garbage beside a live set that stays as it is; with a fourth number it rests for so
// many milliseconds after each MiB, so that a collector that has to wait for a CPU keeps up.
func steady(numbers []int) any {
	if len(numbers) > 3 {
		rest = time.Duration(numbers[3]) * time.Millisecond
	}
	keep(numbers[0])
	return paced(func() uint64 { return churn(numbers[1], numbers[2]) })
}

// churn wastes so many MiB in all, and tells the most that the limit would have counted.
func churn(size, goroutines int) uint64 {
	most := make([]uint64, goroutines)
	var all sync.WaitGroup
	for number := range most {
		all.Add(1)
		go func(number int) {
			defer all.Done()
			for done := 0; done < size/goroutines; done++ {
				waste(1, number)
				time.Sleep(rest)
				most[number] = larger(most[number], underLimit())
			}
		}(number)
	}
	all.Wait()
	sort.Slice(most, func(i, j int) bool { return most[i] > most[j] })
	return most[0]
}

// startup builds a live set; what it parses, so to speak, is garbage.
func startup(numbers []int) any {
	debug.SetGCPercent(numbers[1])
	return paced(func() uint64 { return grow(numbers[0], numbers[2]) })
}

// spike grows in the same way, once the collector knows the live set.
func spike(numbers []int) any {
	keep(numbers[0])
	churn(4*numbers[0], 1)
	return paced(func() uint64 { return grow(numbers[1], 1) })
}

// grow adds so many MiB to the live set, and tells the most that the limit would have counted.
func grow(size, wasted int) uint64 {
	var most uint64
	for done := 0; done < size; done++ {
		keep(1)
		waste(wasted, 0)
		most = larger(most, underLimit())
	}
	return most
}

func larger(one, other uint64) uint64 {
	if one > other {
		return one
	}
	return other
}

// paced measures the cycles that the work causes.
func paced(work func() uint64) pace {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	most := work()
	seconds := time.Since(began).Seconds()
	runtime.ReadMemStats(&after)
	return pace{
		Cycles:       after.NumGC - before.NumGC,
		PauseSeconds: medianPause(&after, after.NumGC-before.NumGC),
		Seconds:      seconds,
		MostBytes:    most,
		GoalBytes:    after.NextGC,
		MarkedBytes:  read("/gc/heap/live:bytes"),
	}
}

// medianPause is that of the last cycles, at most the 256 that the runtime remembers.
func medianPause(stats *runtime.MemStats, cycles uint32) float64 {
	if cycles == 0 {
		return 0
	}
	if cycles > 256 {
		cycles = 256
	}
	pauses := make([]uint64, cycles)
	for back := range pauses {
		pauses[back] = stats.PauseNs[(stats.NumGC+255-uint32(back))%256]
	}
	sort.Slice(pauses, func(i, j int) bool { return pauses[i] < pauses[j] })
	return float64(pauses[len(pauses)/2]) / 1e9
}
