package main

import (
	"bytes"
	"encoding/json"
	"runtime"
	"sync"
)

// deep goes down some calls that each need 256 bytes of stack, and waits there.
func deep(calls int, wait <-chan struct{}) uint64 {
	var frame [24]uint64
	frame[calls%24] = uint64(calls)
	if calls > 0 {
		return frame[calls%24] + deep(calls-1, wait)
	}
	<-wait
	return frame[0]
}

// goroutines has 12000 of them deep in calls: their stacks are as large as the heap.
func goroutines(l *load) {
	wait := make(chan struct{})
	for i := 0; i < 12000; i++ {
		go deep(10+i%20, wait)
	}
	kept := records(40 * mib)
	fill(kept, 0, len(kept))
	for l.goes() {
		l.replace(kept, len(kept), 1000)
		churn(3000)
	}
	close(wait)
}

type order struct {
	Name  string
	Lines []line
	Tags  map[string]string
}

type line struct {
	Article string
	Count   int
	Price   float64
}

// parallel has as many workers as processors twice over, that write and read JSON.
func parallel(l *load) {
	template := order{Name: "order", Tags: map[string]string{"a": "b", "c": "d"}}
	for i := 0; i < 60; i++ {
		template.Lines = append(template.Lines, line{"article", i, float64(i) / 3})
	}
	var working sync.WaitGroup
	for worker := 0; worker < 2*runtime.GOMAXPROCS(0); worker++ {
		working.Add(1)
		go func() {
			defer working.Done()
			kept := make([]*order, 3000)
			defer runtime.KeepAlive(kept)
			for i := 0; l.goes(); i++ {
				var written bytes.Buffer
				if err := json.NewEncoder(&written).Encode(template); err != nil {
					panic(err)
				}
				read := new(order)
				if err := json.NewDecoder(&written).Decode(read); err != nil {
					panic(err)
				}
				kept[i%len(kept)] = read
			}
		}()
	}
	working.Wait()
}
