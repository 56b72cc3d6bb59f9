// Says how full its spans are, by its own count, without allocating: HeapInuse, HeapIdle,
// HeapReleased, stacks, and allocated less freed of every size class.
//
//	span_subject MODE MiB
//
// sparse: small objects of many sizes, of which one in 32 is kept; large ones of odd sizes.
// dense: as many bytes of the same sizes, all kept. churn: dense, and allocates as fast as it can.
// Asked "d" it writes Go's own heap dump to nowhere first, and says how long it and ReadMemStats took.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

type linked struct {
	next *linked
	rest [3]uint64
}

var (
	kept  [][]byte
	head  *linked
	large [5][]byte
	sunk  [8][]byte
	out   [8192]byte
	stats runtime.MemStats
	sizes = [...]int{8, 16, 24, 48, 96, 200, 500, 1000, 3000, 9000, 20000}
)

func main() {
	mib, _ := strconv.Atoi(os.Args[2])
	every := 1
	if os.Args[1] == "sparse" {
		every = 32
	}
	fill(mib<<20, every)
	for i := range large {
		large[i] = make([]byte, 40_001+i*300_007)
		large[i][0] = 1
	}
	for i := 0; i < 40; i++ {
		go deep(i * 4)
	}
	if os.Args[1] == "churn" {
		for i := range sunk {
			go churn(i)
		}
	}
	answer()
}

// fill allocates so many bytes and keeps every so-manieth object.
func fill(bytes, every int) {
	debug.SetGCPercent(-1)
	for i := 0; bytes > 0; i++ {
		size := sizes[i%len(sizes)]
		one := make([]byte, size)
		one[0] = 1
		node := &linked{}
		if i%every == 0 {
			kept = append(kept, one)
			node.next, head = head, node
		}
		bytes -= size
	}
	debug.SetGCPercent(100)
}

func deep(depth int) int {
	var room [512]byte
	if depth > 0 {
		return deep(depth-1) + int(room[depth])
	}
	select {}
}

func churn(worker int) {
	for i := 0; ; i++ {
		size := 16 << (i % 9)
		if i%97 == 0 {
			size = 100 << 10
		}
		sunk[worker] = make([]byte, size)
		sunk[worker][0] = 1
	}
}

func answer() {
	var command [1]byte
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
	for i := 0; ; i++ {
		if i > 0 {
			if n, _ := syscall.Read(0, command[:]); n != 1 {
				return
			}
		}
		dumped := time.Duration(0)
		if command[0] == 'd' {
			dumped = dump()
		}
		began := time.Now()
		runtime.ReadMemStats(&stats)
		tell(dumped, time.Since(began))
	}
}

func dump() time.Duration {
	nowhere, _ := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	defer nowhere.Close()
	began := time.Now()
	debug.WriteHeapDump(nowhere.Fd())
	return time.Since(began)
}

func tell(dumped, read time.Duration) {
	line := out[:0]
	if dumped > 0 {
		line = put(line, "DumpNanoseconds", uint64(dumped))
		line = put(line, "ReadNanoseconds", uint64(read))
	}
	line = put(line, "HeapInuse", stats.HeapInuse)
	line = put(line, "HeapIdle", stats.HeapIdle)
	line = put(line, "HeapReleased", stats.HeapReleased)
	line = put(line, "HeapAlloc", stats.HeapAlloc)
	line = put(line, "HeapObjects", stats.HeapObjects)
	line = put(line, "StackInuse", stats.StackInuse)
	for i := range stats.BySize {
		one := &stats.BySize[i]
		line = append(line, "size"...)
		line = strconv.AppendUint(line, uint64(one.Size), 10)
		line = put(line, "", one.Mallocs-one.Frees)
	}
	line = append(line, '\n')
	syscall.Write(1, line)
}

func put(line []byte, name string, value uint64) []byte {
	line = append(line, name...)
	line = append(line, ' ')
	line = strconv.AppendUint(line, value, 10)
	return append(line, ';')
}
