package main

import "unsafe"

// thisG is the address of the running goroutine's g; in assembly, so that no stack is needed.
func thisG() uintptr

// goroutine is how a g begins, from Go 1.21 to 1.27 (runtime/runtime2.go).
type goroutine struct {
	lo, hi      uintptr
	stackguard0 uintptr
	stackguard1 uintptr
	panics      uintptr
	defers      uintptr
	m           uintptr
	schedSP     uintptr
}

//go:nosplit
func self() *goroutine {
	g := thisG()
	return *(**goroutine)(unsafe.Pointer(&g))
}

//go:nosplit
func (g *goroutine) size() int { return int(g.hi - g.lo) }

// used is what a goroutine that does not run has in use, down to its saved SP.
func (g *goroutine) used() int { return int(g.hi - g.schedSP) }
