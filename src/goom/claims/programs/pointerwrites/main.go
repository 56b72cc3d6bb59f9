// What a pointer write costs while the collector marks and while it does not, and how long the
// collector stops the world.
//
//	pointerwrites costs KIND PATTERN CYCLES    KIND pointer or word, PATTERN hot or spread
//	pointerwrites pauses GOROUTINES DEPTH CYCLES
//
// Whether the collector marks is read from the runtime's own count of its pauses: there is one
// before marking and one after, so the count is odd while it marks. Writes are timed in bursts; a
// burst counts when the count was the same before and after it. Time is the CPU time of the thread
// that writes, so that what the collector does meanwhile on other threads does not count. KIND word
// writes the same numbers as plain words: the burst without a barrier, on the same busy machine.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"
)

func main() {
	debug.SetGCPercent(-1)
	switch os.Args[1] {
	case "costs":
		show(costs(os.Args[2], os.Args[3], number(os.Args[4])))
	case "pauses":
		show(pauses(number(os.Args[2]), number(os.Args[3]), number(os.Args[4])))
	}
}

func show(facts any) {
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return value
}

// phase tells how many pauses for the collector there have been.
type phase struct {
	sample []metrics.Sample
}

func newPhase() *phase {
	for _, name := range []string{"/sched/pauses/total/gc:seconds", "/gc/pauses:seconds"} {
		one := &phase{[]metrics.Sample{{Name: name}}}
		metrics.Read(one.sample)
		if one.sample[0].Value.Kind() == metrics.KindFloat64Histogram {
			return one
		}
	}
	panic("no metric counts the pauses")
}

func (p *phase) pauses() uint64 {
	metrics.Read(p.sample)
	total := uint64(0)
	for _, count := range p.sample[0].Value.Float64Histogram().Counts {
		total += count
	}
	return total
}

// collect runs one collection in the background and says when it is over.
func collect() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		runtime.GC()
		close(done)
	}()
	return done
}

// stopped is what the last collection stopped the world for, both times together.
func stopped() time.Duration {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	return stats.Pause[0]
}
