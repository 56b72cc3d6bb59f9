package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"time"
)

type node struct {
	left, right *node
	pad         [2]uint64
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

var (
	kept  *node
	sinks [64]*node
	big   []byte
	other []byte
)

// prepare is what is done before the trace starts.
func prepare(kind string) {
	switch kind {
	case "assist", "handlers":
		kept = tree(17)
	case "stubborn":
		big = make([]byte, 256<<20)
		other = make([]byte, 256<<20)
		copy(big, other)
	}
}

// assist: goroutines that allocate faster than the collector marks.
func assist(rounds int) {
	debug.SetGCPercent(20)
	var done sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		done.Add(1)
		go func(worker int) {
			defer done.Done()
			for round := 0; round < 40*rounds; round++ {
				trace.WithRegion(context.Background(), "build a tree", func() {
					sinks[worker] = tree(12)
				})
			}
		}(worker)
	}
	done.Wait()
	runtime.GC()
}

// handlers: a goroutine for each request, in tasks and regions, with a lock and a channel.
func handlers(rounds int) {
	var lock sync.Mutex
	slots := make(chan struct{}, 8)
	var done sync.WaitGroup
	for request := 0; request < 300*rounds; request++ {
		slots <- struct{}{}
		done.Add(1)
		go serve(&lock, slots, &done, request)
	}
	done.Wait()
}

func serve(lock *sync.Mutex, slots chan struct{}, done *sync.WaitGroup, request int) {
	defer done.Done()
	defer func() { <-slots }()
	ctx, task := trace.NewTask(context.Background(), "request")
	defer task.End()
	region := trace.StartRegion(ctx, "render")
	defer region.End()
	trace.WithRegion(ctx, "query", func() { time.Sleep(time.Duration(request%5) * 100 * time.Microsecond) })
	trace.Log(ctx, "step", "queried")
	lock.Lock()
	sinks[request%16] = tree(9)
	lock.Unlock()
	if request%100 == 0 {
		sinks[63] = tree(15)
	}
}

// syscalls: threads that lose their P while they are in the kernel.
func syscalls(rounds int) {
	var done sync.WaitGroup
	for worker := 0; worker < 6; worker++ {
		done.Add(1)
		go func() {
			defer done.Done()
			reader, writer, err := os.Pipe()
			if err != nil {
				panic(err)
			}
			ready := make(chan bool)
			go func() {
				buffer := make([]byte, 64)
				for {
					if _, err := reader.Read(buffer); err != nil {
						close(ready)
						return
					}
				}
			}()
			for round := 0; round < 150*rounds; round++ {
				writer.Write([]byte("some bytes"))
				block(round)
			}
			writer.Close()
			<-ready
		}()
	}
	done.Wait()
}

// stubborn: a copy that cannot be interrupted while the collector wants to stop the world.
func stubborn(rounds int) {
	stop := make(chan bool)
	started := make(chan bool)
	go copyLong(started, stop)
	<-started
	for round := 0; round < 4*rounds; round++ {
		time.Sleep(3 * time.Millisecond)
		runtime.GC()
	}
	close(stop)
}

//go:noinline
func copyLong(started, stop chan bool) {
	close(started)
	for {
		select {
		case <-stop:
			return
		default:
			copy(big, other)
		}
	}
}

// profiled: a CPU profile runs beside the trace, so the trace holds its samples.
func profiled(rounds int) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	pprof.StartCPUProfile(null)
	assist(3 * rounds)
	pprof.StopCPUProfile()
}
