// What the kernel maps, charges and sees touched.
//
//	mappings aligned           addresses of 2,000 anonymous mappings of odd lengths
//	mappings touch MAP WRITE   maps so many MiB and writes to so many of them
//	mappings heap              the mappings that hold the Go heap
//	mappings collected         the share of heap pages that one collection touches
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const (
	readWrite = syscall.PROT_READ | syscall.PROT_WRITE
	anonymous = syscall.MAP_ANON | syscall.MAP_PRIVATE
)

type node struct {
	next *node
	_    [7]uint64
}

var list *node

func main() {
	facts := map[string]any{}
	switch os.Args[1] {
	case "aligned":
		facts["misaligned"] = misaligned(2000)
	case "touch":
		facts["written_bytes"] = touch(mib(os.Args[2]), mib(os.Args[3]))
	case "heap":
		heap(facts)
	case "collected":
		collected(facts)
	}
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

func mib(word string) int {
	number, err := strconv.Atoi(word)
	if err != nil {
		panic(err)
	}
	return number << 20
}

func misaligned(count int) int {
	odd := 0
	for i := 0; i < count; i++ {
		memory, err := syscall.Mmap(-1, 0, 1+i*37, readWrite, anonymous)
		if err != nil {
			panic(err)
		}
		if uintptr(unsafe.Pointer(&memory[0]))%4096 != 0 {
			odd++
		}
	}
	return odd
}

func touch(mapped, written int) int {
	memory, err := syscall.Mmap(-1, 0, mapped, readWrite, anonymous)
	if err != nil {
		panic(err)
	}
	for i := 0; i < written; i += 4096 {
		memory[i] = 1
	}
	return written
}

// heap finds the mapping of a heap object and the one behind it.
func heap(facts map[string]any) {
	object := new([64]byte)
	address := uint64(uintptr(unsafe.Pointer(object)))
	data, _ := os.ReadFile("/proc/self/maps")
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		start, end, access := parse(line)
		if start > address || end <= address {
			continue
		}
		facts["heap_access"], facts["heap_mapped_bytes"] = access, end-start
		if behind, last, reserved := parse(lines[i+1]); behind == end {
			facts["next_access"], facts["next_bytes"] = reserved, last-behind
			facts["end_of_both_aligned_to_64_mib"] = last%(64<<20) == 0
		}
	}
	runtime.KeepAlive(object)
}

func parse(line string) (start, end uint64, access string) {
	if _, err := fmt.Sscanf(line, "%x-%x %s", &start, &end, &access); err != nil {
		return 0, 0, ""
	}
	return start, end, access
}

func collected(facts map[string]any) {
	debug.SetGCPercent(-1)
	for i := 0; i < 500_000; i++ {
		list = &node{next: list}
	}
	if err := os.WriteFile("/proc/self/clear_refs", []byte("1"), 0); err != nil {
		panic(err)
	}
	facts["referenced_before_bytes"] = referenced()
	runtime.GC()
	facts["referenced_after_bytes"] = referenced()
	facts["heap_bytes"] = 500_000 * 64
}

// referenced is what was touched since clear_refs, in mappings as large as a heap.
func referenced() int {
	data, _ := os.ReadFile("/proc/self/smaps")
	total := 0
	for _, line := range bytes.Split(data, []byte("\n")) {
		if fields := bytes.Fields(line); len(fields) == 3 && string(fields[0]) == "Referenced:" {
			kib, _ := strconv.Atoi(string(fields[1]))
			total += kib << 10
		}
	}
	return total
}
