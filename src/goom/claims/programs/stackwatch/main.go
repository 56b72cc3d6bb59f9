// Stackwatch looks at the stacks of its own goroutines and prints one JSON object.
//
//	stackwatch sizes     the sizes that a stack had, in each of some functions
//	stackwatch start     what goroutines start with: new ones, ones that reuse a dead one
//	stackwatch moved     whether a local variable moved, and its pointer with it
//	stackwatch limit     the largest stack that Go allows
//	stackwatch overflow BYTES   recursion without end below debug.SetMaxStack
package main

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"
	"unsafe"
)

func main() {
	debug.SetGCPercent(-1)
	told := map[string]func() any{
		"sizes": allSizes, "start": start, "moved": moved, "limit": limit, "overflow": overflow,
	}[os.Args[1]]()
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		panic(err)
	}
}

// allSizes runs each function in a goroutine of its own.
func allSizes() any {
	told := map[string][]int{}
	for name, work := range map[string]func(){
		"shallow":       func() { recurse(1) },
		"recursion":     func() { recurse(2000) },
		"big_frame":     bigFrame,
		"unused_array":  unusedArray,
		"defers":        func() { manyDefers(1000) },
		"struct":        bigStruct,
		"defers_struct": bigStructAndDefers,
	} {
		done := make(chan []int)
		go func(work func()) {
			seen = 0
			note()
			work()
			note()
			done <- append([]int{}, sizes[:min(seen, len(sizes))]...)
		}(work)
		told[name] = <-done
	}
	return told
}

//go:noinline
func recurse(left int) byte {
	note()
	var b [64]byte
	b[left%64] = 1
	if left == 0 {
		return b[0]
	}
	return recurse(left-1) + b[left%7]
}

//go:noinline
func bigFrame() {
	note()
	var b [8192]byte
	b[seen%8192] = 1
	keep(b[seen%7])
}

//go:noinline
func unusedArray() {
	note()
	var buf [8192]byte
	_ = buf
}

type big struct{ words [600]int }

var kept byte

//go:noinline
func keep(b byte) { kept += b }

//go:noinline
func bigStruct() {
	note()
	var one big
	one.words[seen%600] = 1
	keep(byte(one.words[seen%7]))
}

// bigStructAndDefers has the same struct in its frame, and a chain of deferred calls.
//
//go:noinline
func bigStructAndDefers() {
	note()
	var one big
	one.words[seen%600] = 1
	defer keep(1)
	defer keep(2)
	defer keep(3)
	keep(byte(one.words[seen%7]))
}

//go:noinline
func manyDefers(count int) {
	for ; count > 0; count-- {
		defer note()
	}
}

type started struct {
	New      int `json:"new_bytes"`
	Guard    int `json:"guard_bytes"`
	Adapted  int `json:"adapted_bytes"`
	Reused   int `json:"reused_bytes"`
	LaterNew int `json:"later_new_bytes"`
}

// start has 200 deep goroutines scanned; then they end, and others begin.
func start() any {
	runtime.GOMAXPROCS(1) // one list of dead goroutines
	told := started{}
	ready, release := make(chan int), make(chan int)
	for i := 0; i < 200; i++ {
		go func() {
			told.New, told.Guard = size(), int(self().stackguard0-self().lo)
			waitDeep(100, ready, release)
		}()
		<-ready
	}
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/stack/starting-size:bytes"}}
	metrics.Read(sample)
	told.Adapted = int(sample[0].Value.Uint64())
	close(release)
	for runtime.NumGoroutine() > 1 {
		time.Sleep(time.Millisecond)
	}
	for i := 0; i < 400; i++ {
		go func() {
			told.LaterNew = size()
			ready <- 1
			select {}
		}()
		<-ready
		if i == 0 {
			told.Reused = told.LaterNew
		}
	}
	return told
}

//go:noinline
func waitDeep(left int, ready, release chan int) byte {
	var b [64]byte
	b[left%64] = 1
	if left == 0 {
		ready <- 1
		<-release
		return b[0]
	}
	return waitDeep(left-1, ready, release) + b[left%7]
}

type movedTold struct {
	Before   int  `json:"before_bytes"`
	After    int  `json:"after_bytes"`
	Moved    bool `json:"moved"`
	Followed bool `json:"pointer_followed"`
	Kept     bool `json:"value_kept"`
}

func moved() any {
	done := make(chan movedTold)
	go func() {
		value := 41
		pointer := &value
		at := uintptr(unsafe.Pointer(pointer))
		told := movedTold{Before: size()}
		recurse(2000)
		told.After = size()
		told.Moved = uintptr(unsafe.Pointer(&value)) != at
		told.Followed = pointer == &value
		*pointer++
		told.Kept = value == 42
		done <- told
	}()
	return <-done
}

func limit() any {
	was := debug.SetMaxStack(1 << 20)
	debug.SetMaxStack(was)
	return map[string]int{"limit_bytes": was, "word_bytes": strconv.IntSize / 8}
}

func overflow() any {
	most, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	debug.SetMaxStack(most)
	done := make(chan byte)
	go func() { done <- recurse(1 << 40) }()
	return <-done
}
