// Programs with a fixed amount of work: fixedwork NAME UNITS.
//
// A unit is the same allocations in every run, so how often the collector runs depends on when it
// does, and not on how fast the machine is. At the end one line of JSON goes to stdout: what was
// allocated, and, with SAMPLE=1, what the runtime's metrics said every few milliseconds.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"sync/atomic"
	"time"
)

// A job is one program: how many goroutines work, and what each does.
type job struct {
	workers int
	work    func(*share)
}

// A share is one worker's view of the work: units are taken from a common pile, so that all workers
// end together. Chance is the same in every run.
type share struct {
	pile   *atomic.Int64
	units  int64
	chance *rand.Rand
}

// next takes a unit, and tells how far the work is, from 0 to 1.
func (s *share) next() (part float64, more bool) {
	left := s.pile.Add(-1)
	return 1 - float64(left)/float64(s.units), left >= 0
}

var jobs = map[string]job{
	"records": {1, records},
	"trees":   {1, trees},
	"ramp":    {1, ramp},
	"surge":   {1, surge},
	"stacks":  {1, stacks},
	"cache":   {2, cache},
	"orders":  {2, orders},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: fixedwork NAME UNITS")
		os.Exit(2)
	}
	one, known := jobs[os.Args[1]]
	units, err := strconv.ParseInt(os.Args[2], 10, 64)
	if !known || err != nil {
		fmt.Fprintln(os.Stderr, "fixedwork: no such program, or no number:", os.Args[1:])
		os.Exit(2)
	}
	began := time.Now()
	var over atomic.Bool
	sampled := make(chan [][]uint64, 1)
	if os.Getenv("SAMPLE") != "" {
		go func() { sampled <- sample(began, &over) }()
	} else {
		sampled <- nil
	}
	last := row(began, run(one, units))
	over.Store(true)
	rows := <-sampled
	if rows != nil {
		runtime.GC() // its line tells how far the heap had grown since the last cycle
	}
	report(last, rows, one.workers)
}

// run lets the workers do all units; what the metrics say at the end.
func run(one job, units int64) []metrics.Sample {
	pile := new(atomic.Int64)
	pile.Store(units)
	done := make(chan struct{})
	for worker := 0; worker < one.workers; worker++ {
		go func(seed int64) {
			one.work(&share{pile, units, rand.New(rand.NewSource(seed))})
			done <- struct{}{}
		}(int64(worker))
	}
	for worker := 0; worker < one.workers; worker++ {
		<-done
	}
	return read()
}

var names = []string{
	"/gc/heap/allocs:bytes",
	"/gc/cycles/total:gc-cycles",
	"/gc/heap/live:bytes",
	"/memory/classes/total:bytes",
	"/memory/classes/heap/released:bytes",
	"/memory/classes/heap/free:bytes",
	"/memory/classes/heap/objects:bytes",
	"/memory/classes/heap/unused:bytes",
	"/gc/limiter/last-enabled:gc-cycle",
}

func read() []metrics.Sample {
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	metrics.Read(samples)
	return samples
}

// row is nanoseconds since the beginning, then the figures in the order of names.
func row(began time.Time, samples []metrics.Sample) []uint64 {
	figures := []uint64{uint64(time.Since(began))}
	for _, one := range samples {
		figures = append(figures, one.Value.Uint64())
	}
	return figures
}

func sample(began time.Time, over *atomic.Bool) [][]uint64 {
	rows := make([][]uint64, 0, 4096)
	for !over.Load() && len(rows) < cap(rows) {
		rows = append(rows, row(began, read()))
		time.Sleep(5 * time.Millisecond)
	}
	return rows
}

func report(last []uint64, rows [][]uint64, workers int) {
	answer := map[string]any{
		"version": runtime.Version(),
		"procs":   runtime.GOMAXPROCS(0),
		"workers": workers,
		"names":   append([]string{"nanoseconds"}, names...),
		"last":    last,
		"samples": rows,
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fmt.Fprintln(os.Stderr, "fixedwork:", err)
		os.Exit(1)
	}
}
