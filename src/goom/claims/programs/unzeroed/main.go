// What the article's newobject hands out: mallocgc with needzero true, as Go has it, or false.
//
//	unzeroed true|false
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"
)

const (
	objects = 20_000
	size    = 64
)

var kept [objects]*[size]byte

//go:linkname mallocgc runtime.mallocgc
func mallocgc(size uintptr, typ unsafe.Pointer, needzero bool) unsafe.Pointer

func main() {
	needzero := os.Args[1] == "true"
	debug.SetGCPercent(-1)
	for i := range kept {
		kept[i] = new([size]byte)
		for j := range kept[i] {
			kept[i][j] = 0xAA
		}
	}
	for i := range kept {
		kept[i] = nil
	}
	runtime.GC()
	runtime.GC()
	for i := range kept {
		kept[i] = (*[size]byte)(mallocgc(size, nil, needzero))
	}
	dirty := 0
	for _, one := range kept {
		if *one != [size]byte{} {
			dirty++
		}
	}
	printed, _ := json.Marshal(map[string]int{"objects": objects, "not_zero": dirty})
	fmt.Println(string(printed))
}
