// Moves pointers about while the collector marks, with the write barrier or behind its back.
//
//	swapping barrier|bare COLLECTIONS
//
// Each node is referred to from one place only, and a goroutine swaps places at random all the
// time. What the collector misses it frees; new nodes then take the room, and the old one is found
// damaged in its place, if the runtime does not die of it first.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"unsafe"
)

const nodes = 1 << 17

type node struct {
	number uint64
	self   *node
}

var (
	places [nodes]*node
	sink   *node
)

func main() {
	collections, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	swap := barriered
	if os.Args[1] == "bare" {
		swap = bare
	}
	for i := range places {
		places[i] = &node{number: uint64(i)}
		places[i].self = places[i]
	}
	swaps, damaged := uint64(0), 0
	for done := 0; done < collections && damaged == 0; done++ {
		swaps += swapWhile(swap, runtime.GC)
		runtime.GC() // what the first has freed is swept
		for range places {
			sink = &node{}
		}
		damaged = damages()
	}
	printed, _ := json.Marshal(map[string]any{"swaps": swaps, "damaged_nodes": damaged})
	fmt.Println(string(printed))
	os.Exit(0) // at once: what a damaged heap does later says nothing
}

// swapWhile swaps at random until the work is done, and tells how often.
func swapWhile(swap func(one, other **node), work func()) (swaps uint64) {
	over := make(chan bool)
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		for seed := uint32(1); ; swaps += 1024 {
			select {
			case <-over:
				return
			default:
			}
			for range [1024]struct{}{} {
				one, other := next(&seed), next(&seed)
				swap(&places[one], &places[other])
			}
		}
	}()
	work()
	close(over)
	done.Wait()
	return swaps
}

func next(seed *uint32) uint32 {
	*seed = *seed*1664525 + 1013904223
	return (*seed >> 8) % nodes
}

//go:noinline
func barriered(one, other **node) { *one, *other = *other, *one }

// bare stores the same words as integers: the compiler adds no barrier.
//
//go:noinline
func bare(one, other **node) {
	x, y := (*uintptr)(unsafe.Pointer(one)), (*uintptr)(unsafe.Pointer(other))
	*x, *y = *y, *x
}

// damages counts the places whose node is not as it was made.
func damages() (count int) {
	for _, one := range places {
		if one.self != one {
			count++
		}
	}
	return count
}
