// Command ebpfsubject does one thing again and again, so that a look through eBPF can be held
// against what it did: maps memory, grows stacks slowly or fast, or makes garbage.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

const leaked, returned = 256 << 10, 96 << 10

var (
	kept   [][]byte
	maps   atomic.Int64
	grown  atomic.Int64
	sink   []byte
	served atomic.Int64
	steps  = 24
)

func mapped(size int) []byte {
	const readWrite, private = syscall.PROT_READ | syscall.PROT_WRITE, syscall.MAP_ANON | syscall.MAP_PRIVATE
	area, err := syscall.Mmap(-1, 0, size, readWrite, private)
	if err != nil {
		panic(err)
	}
	for at := 0; at < size; at += 4096 {
		area[at] = 1
	}
	return area
}

//go:noinline
func leakPage() {
	kept = append(kept, mapped(leaked))
	maps.Add(1)
}

//go:noinline
func usePage() {
	area := mapped(returned)
	if err := syscall.Munmap(area); err != nil {
		panic(err)
	}
}

//go:noinline
func descend(depth int) int {
	var room [128]int
	room[depth%128] = depth
	if depth == 0 {
		return room[0]
	}
	return descend(depth-1) + room[depth%7]
}

func deep(done chan<- int) {
	done <- descend(steps)
}

// grow makes the stacks of one new goroutine grow from 2 or 8 KiB to 32 KiB.
func grow() {
	done := make(chan int)
	go deep(done)
	<-done
	grown.Add(1)
}

// serve is work of every kind: garbage, at times a stack that grows or an area that is mapped.
func serve() {
	for n := 0; n < 2000; n++ {
		sink = make([]byte, 64+n%512)
	}
	step := served.Add(1)
	if step%20 == 0 {
		grow()
	}
	if step%50 == 0 {
		usePage()
	}
}

func work(mode string) {
	for {
		switch mode {
		case "mmap":
			leakPage()
			usePage()
			time.Sleep(20 * time.Millisecond)
		case "stacks":
			grow()
			time.Sleep(10 * time.Millisecond)
		case "fast":
			grow()
		case "serve":
			serve()
		case "map":
			usePage()
			maps.Add(1)
		case "gc":
			sink = make([]byte, 256<<10)
			time.Sleep(time.Millisecond)
		case "idle":
			time.Sleep(time.Second)
		}
	}
}

func main() {
	go work(os.Args[1])
	answers := bufio.NewReader(os.Stdin)
	for {
		var stats runtime.MemStats
		if os.Args[1] == "gc" { // it stops the world
			runtime.ReadMemStats(&stats)
		}
		fmt.Printf("gc %d;maps %d;grown %d;served %d\n",
			stats.NumGC, maps.Load(), grown.Load(), served.Load())
		if _, err := answers.ReadByte(); err != nil {
			return
		}
	}
}
