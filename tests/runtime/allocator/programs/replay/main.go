// Replay makes the allocations that a file lists, in its order, and prints what the runtime counted.
//
//	replay FILE    JSON on stdout: the types of fixed.go, what was counted, HeapInuse over time
//
// The file holds 8 bytes for each request, little endian: shape (1), lifetime in collections (1),
// two unused, and a size (4): of bytes, or the number of a type of fixed.go.
package main

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"time"
	"unsafe"
)

const (
	recordBytes = 8
	most        = 1 << 17 // of bytes in one request
	forever     = 255
)

// The shapes of a request. What they ask of mallocgc is in replay.py next to this.
const (
	makeBytes = iota
	makePointers
	makeString
	appendBytes
	appendPointers
	fixedSize
	boxedInt
	closureOfInt
	closureOfPointer
	collect
)

var (
	source      [most]byte
	sourcePtrs  [most / 8]*byte
	keep        []unsafe.Pointer
	collections = 3
)

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	records, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	keep = make([]unsafe.Pointer, len(records)/recordBytes)
	before, idle, after := newLook(), newLook(), newLook()
	inuse := make([]uint64, 0, collections+2)
	// What the runtime makes once it makes now: workers, the P's heap of timers (the scavenger has
	// one), the buffers of a look.
	for i := 0; i < 3; i++ {
		time.Sleep(time.Millisecond)
		runtime.GC()
		before.take()
		idle.take()
		after.take()
	}
	before.take()
	idle.take() // what a look and nothing else costs: must be nothing
	inuse = append(inuse, idle.stats.HeapInuse)
	replay(records)
	after.take()
	inuse = append(inuse, after.stats.HeapInuse)
	for survived := 1; survived <= collections; survived++ {
		drop(records, survived)
		runtime.GC()
		runtime.GC() // finishes what the first left to sweep
		runtime.ReadMemStats(&before.stats)
		inuse = append(inuse, before.stats.HeapInuse)
	}
	result := map[string]any{
		"version":    runtime.Version(),
		"fixed":      fixedSizes(),
		"idle":       idle.since(&before.counts),
		"counted":    after.since(&idle.counts),
		"heap_inuse": inuse,
		"unused":     idle.stats.HeapInuse - idle.stats.HeapAlloc,
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		panic(err)
	}
}

// replay makes every request and keeps what it gets.
func replay(records []byte) {
	for i := range keep {
		record := records[i*recordBytes:]
		keep[i] = request(record[0], int(binary.LittleEndian.Uint32(record[4:])))
	}
}

// drop lets go of what does not survive so many collections.
func drop(records []byte, survived int) {
	for i := range keep {
		if lifetime := records[i*recordBytes+1]; lifetime != forever && int(lifetime) < survived {
			keep[i] = nil
		}
	}
}

//go:noinline
func request(shape byte, size int) unsafe.Pointer {
	switch shape {
	case makeBytes:
		return unsafe.Pointer(unsafe.SliceData(make([]byte, size)))
	case makePointers:
		return unsafe.Pointer(unsafe.SliceData(make([]*byte, size/8)))
	case makeString:
		return unsafe.Pointer(unsafe.StringData(string(source[:size])))
	case appendBytes:
		return unsafe.Pointer(unsafe.SliceData(append([]byte(nil), source[:size]...)))
	case appendPointers:
		return unsafe.Pointer(unsafe.SliceData(append([]*byte(nil), sourcePtrs[:size/8]...)))
	case fixedSize:
		return fixed[size].new()
	case boxedInt:
		return boxed(int64(size) + 1000) // values below 256 need no box
	case closureOfInt:
		f := func() int { return size }
		return *(*unsafe.Pointer)(unsafe.Pointer(&f))
	case closureOfPointer:
		p := &source[0]
		f := func() *byte { return p }
		return *(*unsafe.Pointer)(unsafe.Pointer(&f))
	case collect:
		runtime.GC()
		return nil
	}
	panic("no such shape")
}

//go:noinline
func boxed(value int64) unsafe.Pointer {
	var box any = value
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&box))[1]
}
