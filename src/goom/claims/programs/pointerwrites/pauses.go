package main

import (
	"runtime"
	"runtime/metrics"
)

const pauseNodes = 100_000

// pauses collects while goroutines that are all deep in their stacks run one after the other.
func pauses(goroutines, depth, cycles int) any {
	kept = longMark(pauseNodes)
	all := make([]chan struct{}, goroutines)
	for i := range all {
		all[i] = make(chan struct{})
		go deep(depth, &node{}, all[i])
	}
	for _, one := range all {
		one <- struct{}{}
	}
	runtime.GC()
	found, woken, began := make([]float64, 0, cycles), 0, markSeconds()
	for range make([]struct{}, cycles) {
		done := collect()
		for i := 0; running(done); i++ {
			all[i%goroutines] <- struct{}{}
			woken++
		}
		found = append(found, float64(stopped().Nanoseconds())/1e3)
	}
	runtime.KeepAlive(all)
	return map[string]any{
		"pause_microseconds":       found,
		"stack_scan_bytes":         read("/gc/scan/stack:bytes").Uint64(),
		"mark_cpu_seconds_a_cycle": (markSeconds() - began) / float64(cycles),
		"woken":                    woken,
	}
}

func running(done <-chan struct{}) bool {
	select {
	case <-done:
		return false
	default:
		return true
	}
}

// deep goes down and then answers for ever; each frame holds a pointer.
//
//go:noinline
func deep(depth int, held *node, wake <-chan struct{}) {
	if depth > 0 {
		deep(depth-1, &node{next: held}, wake)
		runtime.KeepAlive(held)
		return
	}
	for range wake {
		held = &node{next: held.next}
	}
	runtime.KeepAlive(held)
}

// markSeconds is the CPU time of marking so far; it is brought up to date when a collection ends.
func markSeconds() float64 {
	total := 0.0
	for _, kind := range []string{"assist", "dedicated", "idle"} {
		total += read("/cpu/classes/gc/mark/" + kind + ":cpu-seconds").Float64()
	}
	return total
}

func read(name string) metrics.Value {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value
}
