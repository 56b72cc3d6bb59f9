package main

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

type rest struct {
	Used  int   `json:"used"`
	Sizes []int `json:"sizes"` // before the first collection and after each
}

// shrink goes deep and comes back, waits in its own way, and lets so many collections look at it.
func shrink(arguments []string) any {
	reader, writer, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	ready, release := make(chan *goroutine), make(chan int)
	go goAndWait(arguments[1], arguments[2], ready, release, int(reader.Fd()))
	g := <-ready
	time.Sleep(20 * time.Millisecond) // for it to park
	told := rest{Used: g.used(), Sizes: []int{g.size()}}
	for left := number(arguments[0]); left > 0; left-- {
		runtime.GC()
		told.Sizes = append(told.Sizes, g.size())
	}
	if _, err := writer.Write([]byte{1}); err != nil {
		panic(err)
	}
	close(release)
	runtime.KeepAlive(reader)
	return told
}

// goAndWait waits in a system call, or on a channel at the place that way is.
func goAndWait(deep, way string, ready chan *goroutine, release chan int, pipe int) {
	descend, depth := place(deep)
	descend(0, depth, nothing)
	if way == "syscall" {
		ready <- self()
		var b [1]byte
		if _, err := syscall.Read(pipe, b[:]); err != nil {
			panic(err)
		}
		return
	}
	descend, depth = place(way)
	descend(0, depth, func() {
		ready <- self()
		<-release
	})
}
