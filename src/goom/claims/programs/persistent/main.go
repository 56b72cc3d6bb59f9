// What becomes of objects that persistentalloc hands out: dropped ones, and what they point to.
package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"unsafe"
)

const objects = 500_000

type object struct {
	next *object
	_    [7]uint64
}

var (
	counted uint64 // the runtime counts what it takes here
	kept    [objects]*object
)

//go:linkname persistentalloc runtime.persistentalloc
func persistentalloc(size, align uintptr, counter *uint64) unsafe.Pointer

//go:noinline
func persistent() *object {
	return (*object)(persistentalloc(unsafe.Sizeof(object{}), 8, &counted))
}

func main() {
	printed, _ := json.Marshal(map[string]any{
		"kept_of_dropped_heap_bytes":       keptOf(func() *object { return new(object) }),
		"kept_of_dropped_persistent_bytes": keptOf(persistent),
		"dropped_bytes":                    objects * unsafe.Sizeof(object{}),
		"pointees":                         len(stale),
		"pointees_freed_in_use":            freedInUse(),
	})
	fmt.Println(string(printed))
}

// keptOf is what is still taken after the objects were dropped and collected.
func keptOf(fresh func() *object) int64 {
	before := taken()
	for i := range kept {
		kept[i] = fresh()
	}
	for i := range kept {
		kept[i] = nil
	}
	return taken() - before
}

func taken() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc) + int64(counted)
}

var stale [1000]*object

// freedInUse counts the objects that only an object of persistentalloc points to, and that the
// collector has freed all the same.
func freedInUse() int {
	freed := 0
	for i := range stale {
		stale[i] = persistent()
		stale[i].next = new(object)
		runtime.SetFinalizer(stale[i].next, func(*object) { freed++ })
	}
	runtime.GC()
	runtime.GC()
	done := make(chan bool)
	last := new([64]byte)
	runtime.SetFinalizer(last, func(*[64]byte) { close(done) }) // one goroutine runs them in turn
	last = nil
	runtime.GC()
	<-done
	return freed
}
