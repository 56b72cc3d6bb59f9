package main

import (
	"runtime"
	"sort"
	"syscall"
	"unsafe"
)

const (
	nodes       = 500_000
	burstWrites = 50_000
	spread      = 1 << 16
	hot         = 8
)

type target struct {
	slot  *node
	other [7]uintptr
}

var (
	pointers []*node
	slots    []*node
	values   []uintptr
	words    []uintptr
	kept     *node
)

// cycle is one collection: nanoseconds for one write while it marked and before it began.
type cycle struct {
	Marking        float64 `json:"marking_nanoseconds"`
	Quiet          float64 `json:"quiet_nanoseconds"`
	MarkingBursts  int     `json:"marking_bursts"`
	PauseTotal     float64 `json:"pause_microseconds"`
	WritesInBursts int     `json:"writes"`
}

func costs(kind, pattern string, cycles int) any {
	runtime.LockOSThread()
	size := spread
	if pattern == "hot" {
		size = hot
	}
	prepare(size)
	burst := pointerBurst
	if kind == "word" {
		burst = wordBurst
	}
	kept = longMark(nodes)
	runtime.GC()
	found := make([]cycle, 0, cycles)
	for range make([]struct{}, cycles) {
		found = append(found, measure(burst))
	}
	return map[string]any{"cycles": found, "kind": kind, "pattern": pattern}
}

func prepare(size int) {
	slots, words = make([]*node, size), make([]uintptr, size)
	for i := 0; i < size; i++ {
		one := &node{}
		pointers = append(pointers, one)
		values = append(values, uintptr(unsafe.Pointer(one)))
	}
}

// The two bursts differ in nothing but the type of what they write.
func pointerBurst() {
	from, to, mask := pointers, slots, len(slots)-1
	for i := 0; i < burstWrites; i++ {
		to[(i*7)&mask] = from[(i*31)&mask]
	}
}

func wordBurst() {
	from, to, mask := values, words, len(words)-1
	for i := 0; i < burstWrites; i++ {
		to[(i*7)&mask] = from[(i*31)&mask]
	}
}

func measure(burst func()) cycle {
	counted := newPhase()
	before := counted.pauses()
	quiet := bursts(burst, counted, func(count uint64, n int) bool { return n < 400 })
	done := collect()
	marking := bursts(burst, counted, func(count uint64, _ int) bool {
		select {
		case <-done:
			return false
		default:
			return count < before+2
		}
	})
	<-done
	return cycle{
		Marking:        median(marking[before+1]),
		Quiet:          median(quiet[before]),
		MarkingBursts:  len(marking[before+1]),
		PauseTotal:     float64(stopped().Nanoseconds()) / 1e3,
		WritesInBursts: burstWrites,
	}
}

// bursts times bursts while it may go on: nanoseconds a write, by the count of pauses around each.
func bursts(burst func(), counted *phase, goOn func(uint64, int) bool) map[uint64][]float64 {
	found := map[uint64][]float64{}
	before := counted.pauses()
	for n := 0; goOn(before, n); n++ {
		began := cpuNanoseconds()
		burst()
		took := cpuNanoseconds() - began
		after := counted.pauses()
		if after == before {
			found[before] = append(found[before], float64(took)/burstWrites)
		}
		before = after
	}
	return found
}

func cpuNanoseconds() int64 {
	const threadCPUTime = 3 // CLOCK_THREAD_CPUTIME_ID
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadCPUTime, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return -1
	}
	sort.Float64s(values)
	return values[len(values)/2]
}
