// A quiet program with stacks and allocations of many kinds; it writes its own heap profile and
// goroutine dump when it is asked, each after its length on a line.
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync"
	"syscall"
	"time"
)

type node struct {
	next *node
	body [100]byte
}

var (
	list   *node
	kept   [][]byte
	table  = map[string]*node{}
	mutex  sync.Mutex
	always sync.WaitGroup
	spun   [2]uint64

	tickers []*time.Ticker
)

func main() {
	runtime.MemProfileRate, _ = strconv.Atoi(os.Args[1])
	// Up to Go 1.23 a P takes the new rate at its next sample only: 512 KiB ahead, or several MiB.
	// This allocation brings the sample of the only P; those that are made after it begin anew.
	procs := runtime.GOMAXPROCS(1)
	kept = append(kept, make([]byte, 16<<20))[:0]
	runtime.GOMAXPROCS(procs)
	count, _ := strconv.Atoi(os.Args[2])
	sites, _ := strconv.Atoi(os.Args[3])
	for i := 0; i < 3000; i++ {
		grow(i)
	}
	mutex.Lock()
	always.Add(1)
	park(count)
	tick()
	for i := 0; i < sites; i++ {
		descend(i, 9)
	}
	time.Sleep(50 * time.Millisecond)
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	debug.SetGCPercent(-1)
	answer()
}

func grow(i int) {
	list = push(list)
	if i%3 == 0 {
		kept = append(kept, make([]byte, i))
	}
	if i%100 == 0 {
		table[strconv.Itoa(i)] = push(nil)
	}
	_ = fmt.Sprint(i, "x", i)
}

func push(next *node) *node { return &node{next: next} }

// One stack for each number: which function calls which follows its bits.
func descend(bits, depth int) {
	if depth == 0 {
		kept = append(kept, make([]byte, 16))
		return
	}
	switch bits & 3 {
	case 0:
		left(bits>>2, depth-1)
	case 1:
		right(bits>>2, depth-1)
	case 2:
		north(bits>>2, depth-1)
	default:
		south(bits>>2, depth-1)
	}
}

//go:noinline
func left(bits, depth int) { descend(bits, depth) }

//go:noinline
func right(bits, depth int) { descend(bits, depth) }

//go:noinline
func north(bits, depth int) { descend(bits, depth) }

//go:noinline
func south(bits, depth int) { descend(bits, depth) }

type waiter struct{ c chan int }

func (w *waiter) wait() int { return <-w.c }

func (w waiter) valued(deep int) int {
	if deep > 0 {
		return w.valued(deep-1) + 1
	}
	return w.inlined()
}

func (w waiter) inlined() int { return <-w.c }

type source interface{ valued(int) int }

func park(count int) {
	w, other := &waiter{make(chan int)}, make(chan int)
	var s source = w
	for i := 0; i < count; i++ {
		switch i % 10 {
		case 0:
			go w.wait()
		case 1:
			go func() { select {} }()
		case 2:
			go func(deep int) { s.valued(deep) }(i % 30)
		case 3:
			go func() {
				select {
				case <-w.c:
				case <-other:
				}
			}()
		case 4:
			go func() { mutex.Lock(); defer mutex.Unlock() }()
		case 5:
			go func() { time.Sleep(time.Hour) }()
		case 6:
			go func() { always.Wait() }()
		case 7:
			go func() { var none chan int; none <- i }()
		default:
			go func() { defer fmt.Println("never"); func() { <-w.c }() }()
		}
	}
	go recurse(300, w.c)
	go func() { runtime.LockOSThread(); <-w.c }()
	go listen()
	go inSystemCall()
	go func() {
		defer func() { recover(); <-w.c }()
		panic("deferred")
	}()
}

// Seven tickers that somebody waits for, three that nobody does, five calls to come.
func tick() {
	for i := 0; i < 10; i++ {
		ticker := time.NewTicker(time.Hour + time.Duration(i)*time.Minute)
		tickers = append(tickers, ticker)
		if i < 7 {
			go func() { <-ticker.C }()
		}
	}
	for i := 0; i < 5; i++ {
		time.AfterFunc(2*time.Hour, later)
	}
}

func later() { fmt.Println("later") }

func recurse(deep int, c chan int) int {
	if deep == 0 {
		return <-c
	}
	return recurse(deep-1, c) + 1
}

func listen() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		listener.Accept()
	}
}

func inSystemCall() {
	var pipe [2]int
	var one [1]byte
	syscall.Pipe(pipe[:])
	syscall.Read(pipe[0], one[:])
}

func answer() {
	var command [1]byte
	var out bytes.Buffer
	for {
		out.Reset()
		switch command[0] {
		case 'h':
			pprof.Lookup("heap").WriteTo(&out, 1)
		case 'H':
			pprof.Lookup("heap").WriteTo(&out, 0)
		case 'g':
			pprof.Lookup("goroutine").WriteTo(&out, 2)
		case '1':
			pprof.Lookup("goroutine").WriteTo(&out, 1)
		case 'G':
			pprof.Lookup("goroutine").WriteTo(&out, 0)
		case 'c':
			runtime.GC()
		case 's':
			go func() {
				for {
					spun[0]++
				}
			}()
		}
		os.Stdout.WriteString(strconv.Itoa(out.Len()) + "\n")
		os.Stdout.Write(out.Bytes())
		if n, _ := syscall.Read(0, command[:]); n != 1 {
			return
		}
	}
}
