// Goroutines that start, end, wait for each other and let their stacks grow and shrink all the time.
package main

import (
	"math/rand"
	"os"
	"runtime"
	"sync"
	"time"
)

var (
	balls  = make(chan int)
	quit   = make(chan int)
	locked sync.Mutex
	held   [64][]byte
	sum    int
)

func main() {
	for i := 0; i < 8; i++ {
		go serve(rand.New(rand.NewSource(int64(i))))
		go collect()
		go spawn(rand.New(rand.NewSource(int64(100 + i))))
	}
	pull()
	go func() {
		for {
			time.Sleep(20 * time.Millisecond)
			runtime.GC()
		}
	}()
	os.Stdout.WriteString("started\n")
	var one [1]byte
	os.Stdin.Read(one[:])
}

// Sends from a different depth each time: the frames below are others when it parks again.
func serve(chance *rand.Rand) {
	for {
		if chance.Intn(2) == 0 {
			left(chance.Intn(40), chance)
		} else {
			right(chance.Intn(40), chance)
		}
	}
}

//go:noinline
func left(deep int, chance *rand.Rand) int {
	if deep == 0 {
		balls <- 1
		return 1
	}
	if chance.Intn(2) == 0 {
		return left(deep-1, chance) + 1
	}
	return right(deep-1, chance) + 1
}

//go:noinline
func right(deep int, chance *rand.Rand) int {
	var room [10]int
	room[deep%10] = deep
	if deep == 0 {
		select {
		case balls <- 2:
		case <-quit:
		}
		return room[0]
	}
	return left(deep-1, chance) + room[deep%10]
}

func collect() {
	for {
		ball := <-balls
		locked.Lock()
		sum += ball
		held[sum%64] = make([]byte, 4096)
		locked.Unlock()
	}
}

// Short lives: some sleep, some wait for others, some only compute on a stack that grows.
func spawn(chance *rand.Rand) {
	for {
		var group sync.WaitGroup
		for i := 0; i < 20; i++ {
			group.Add(1)
			depth := chance.Intn(200)
			go func() {
				defer group.Done()
				if depth%3 == 0 {
					time.Sleep(time.Duration(depth) * time.Microsecond)
				}
				grow(depth)
			}()
		}
		group.Wait()
	}
}

//go:noinline
func grow(deep int) int {
	var room [32]int
	room[deep%32] = deep
	if deep == 0 {
		runtime.Gosched()
		return 0
	}
	return grow(deep-1) + room[deep%32]
}
