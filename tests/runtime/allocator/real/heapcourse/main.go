// heapcourse does on a real heap what a trace says, and tells where every object came to lie.
//
// Stdin is a row of uint32. First the kinds of objects: how many, then for each size<<1|pointers,
// the slots of a span, and how many objects to keep before the start, so that the spans that the
// runtime has used already are full; all pages are taken as well. Then the orders: size<<1|pointers allocates the next object,
// free|n drops object n, collect collects, release is debug.FreeOSMemory, settle collects and waits
// until the scavenger has nothing left to do. Objects are written to from end to end, so that their pages become
// resident.
//
// Stdout is a row of int64: the columns of each look at the heap (at the start, after each
// collection), then for each object the address of its span and the index of its slot, as the
// runtime itself finds them. Nothing is allocated in between but what is asked for.
package main

import (
	"encoding/binary"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"
	"unsafe"
)

const (
	free    = 1 << 31
	collect = 1<<32 - 1
	release = 1<<32 - 2
	settle  = 1<<32 - 3
	columns = 7

	pageBytes  = 8192
	chunkPages = 512
)

var (
	stats runtime.MemStats
	first [columns]int64
	asked int64 // objects of the orders so far; what else was allocated is the runtime's
)

// findObject is where the collector looks an address up (mbitmap.go).
//
//go:linkname findObject runtime.findObject
func findObject(p, refBase, refOff uintptr) (base uintptr, s unsafe.Pointer, index uintptr)

func look(row []int64) {
	runtime.ReadMemStats(&stats)
	row[0] = int64(stats.HeapInuse)
	row[1] = int64(stats.HeapAlloc)
	row[2] = int64(stats.HeapObjects)
	row[3] = int64(stats.HeapIdle)
	row[4] = int64(stats.HeapReleased)
	row[5] = int64(stats.HeapSys)
	row[6] = int64(stats.Mallocs) - asked
}

func allocate(order uint32) unsafe.Pointer {
	size := order >> 1
	if order&1 == 0 {
		object := make([]byte, size)
		for i := range object {
			object[i] = 1
		}
		return unsafe.Pointer(unsafe.SliceData(object))
	}
	object := make([]*byte, size/8)
	for i := range object {
		object[i] = &mark
	}
	return unsafe.Pointer(unsafe.SliceData(object))
}

var mark byte

// fillSlots keeps so many objects of a kind, and then as many as its last span has room for.
func fillSlots(kept []unsafe.Pointer, order uint32, slots, least int) []unsafe.Pointer {
	for i := 1; ; i++ {
		object := allocate(order)
		kept = append(kept, object)
		_, _, index := findObject(uintptr(object), 0, 0)
		if i >= least && int(index) == slots-1 {
			return kept
		}
	}
}

// fillPages takes pages until the heap grows, and then all that it grew by.
func fillPages(kept []unsafe.Pointer) []unsafe.Pointer {
	look(first[:])
	for grown := 0; grown < chunkPages; {
		kept = append(kept, allocate(pageBytes<<1))
		runtime.ReadMemStats(&stats)
		if grown > 0 || int64(stats.HeapSys) > first[5] {
			grown++
		}
	}
	return kept
}

func collected(order uint32) {
	if order == release {
		debug.FreeOSMemory()
		return
	}
	runtime.GC()
	if order == settle {
		waitForScavenger()
	}
}

// waitForScavenger returns when nothing was given back for longer than the scavenger ever sleeps:
// a thousand times as long as its last work took by the clock, so seconds where something else had
// its CPU meanwhile. On the one P it works only while this loop does not run, so the longest time
// between two looks that differ is a bound of it.
func waitForScavenger() {
	least := time.Second // until it wakes at all, and to spare
	look(first[:])
	at, changed, longest := time.Now(), time.Now(), time.Duration(0)
	for at.Sub(changed) < least+1000*longest {
		before := first[4]
		runtime.Gosched()
		look(first[:])
		now := time.Now()
		if first[4] != before {
			changed = now
			longest = max(longest, now.Sub(at))
		}
		at = now
	}
}

func run(orders []uint32, objects []unsafe.Pointer, places, rows []int64) {
	next, row := 0, columns
	for _, order := range orders {
		switch {
		case order >= settle:
			collected(order)
			look(rows[row : row+columns])
			row += columns
		case order&free != 0:
			objects[order&^free] = nil
		default:
			objects[next] = allocate(order)
			base, _, index := findObject(uintptr(objects[next]), 0, 0)
			places[2*next], places[2*next+1] = int64(base), int64(index)
			next++
			asked++
		}
	}
}

func numbers(text []byte) []uint32 {
	row := make([]uint32, len(text)/4)
	for i := range row {
		row[i] = binary.LittleEndian.Uint32(text[i*4:])
	}
	return row
}

func main() {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	row := numbers(text)
	kinds, orders := row[1:1+3*row[0]], row[1+3*row[0]:]
	count, looks := 0, 1
	for _, order := range orders {
		if order >= settle {
			looks++
		} else if order&free == 0 {
			count++
		}
	}
	text = nil
	objects := make([]unsafe.Pointer, count)
	out := make([]int64, looks*columns+2*count)
	for i := range out {
		out[i] = -1
	}
	debug.FreeOSMemory()
	most := 4 * chunkPages
	for i := 0; i < len(kinds); i += 3 {
		most += int(kinds[i+1]+kinds[i+2]) * 2
	}
	kept := make([]unsafe.Pointer, 0, most)
	for i := 0; i < len(kinds); i += 3 {
		kept = fillSlots(kept, kinds[i], int(kinds[i+1]), int(kinds[i+2]))
	}
	debug.FreeOSMemory()
	kept = fillPages(kept)
	look(out[:columns])
	run(orders, objects, out[looks*columns:], out[:looks*columns])
	runtime.KeepAlive(objects)
	runtime.KeepAlive(kept)
	os.Stdout.Write(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(out))), len(out)*8))
}
