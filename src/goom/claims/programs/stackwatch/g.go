package main

import "unsafe"

// thisG is the address of the running goroutine's g; in assembly, so that no stack is needed.
func thisG() uintptr

// goroutine is how a g begins (runtime/runtime2.go).
type goroutine struct {
	lo, hi, stackguard0 uintptr
}

//go:nosplit
func self() *goroutine {
	g := thisG()
	return *(**goroutine)(unsafe.Pointer(&g))
}

//go:nosplit
func size() int {
	g := self()
	return int(g.hi - g.lo)
}

var (
	sizes [64]int
	seen  int
)

// note keeps the size of the stack when it is another than before. It does not check for room itself.
//
//go:nosplit
func note() {
	if now := size(); seen == 0 || sizes[seen-1] != now {
		sizes[seen%len(sizes)] = now
		seen++
	}
}
