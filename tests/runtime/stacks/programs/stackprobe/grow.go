package main

import (
	"math"
	"runtime"
	"runtime/debug"
)

type grown struct {
	Start   int      `json:"start"`
	Guard   int      `json:"guard"`
	Growths [][2]int `json:"growths"` // the call that found a new size, from 0, and that size
}

// grow makes one descent after the other, each in a goroutine of its own.
func grow(places []string) any {
	told := map[string]grown{}
	for _, argument := range places {
		descend, depth := place(argument)
		done := make(chan grown)
		go descendOnce(descend, depth, done)
		told[argument] = <-done
	}
	return told
}

func descendOnce(descend recursion, depth int, done chan grown) {
	start := self().size()
	count, last = 0, start
	descend(0, depth, nothing)
	told := grown{Start: start, Guard: guard(), Growths: [][2]int{}}
	for _, one := range seen[:count] {
		told.Growths = append(told.Growths, [2]int{one.call, one.size})
	}
	done <- told
}

// guard is where the checked part of the stack ends. A request to yield, which sysmon makes of who
// runs for long, stands in its place, above the stack, until it is granted.
func guard() int {
	for self().stackguard0 > self().hi {
		runtime.Gosched()
	}
	return int(self().stackguard0 - self().lo)
}

// overflow does not come back.
func overflow(arguments []string) any {
	debug.SetMaxStack(number(arguments[1]))
	go descendOnce(recursions[arguments[0]], math.MaxInt, nil)
	select {}
}
