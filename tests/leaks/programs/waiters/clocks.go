package main

import (
	"math/rand"
	"sync/atomic"
	"time"
)

func init() {
	ways["heartbeats"] = heartbeats
	ways["stopped-ticker"] = stoppedTicker
	ways["retry-later"] = retryLater
	ways["slow-noisy"] = slowNoisy
	ways["noisy"] = noisy
	ways["timers-in-loop"] = timersInLoop
	ways["deadline-watchers"] = deadlineWatchers
}

var beats atomic.Int64

// heartbeats starts one loop over a ticker for each connection and ends none.
func heartbeats(pace time.Duration) {
	every(pace, func(n int) { startHeartbeat() })
}

func startHeartbeat() {
	ticker := time.NewTicker(500 * time.Millisecond)
	go beat(ticker)
}

func beat(ticker *time.Ticker) {
	for range ticker.C {
		beats.Add(1)
	}
}

// stoppedTicker stops the ticker and thinks that its loop ends with it.
func stoppedTicker(pace time.Duration) {
	every(pace, func(n int) {
		ticker := time.NewTicker(50 * time.Millisecond)
		go beat(ticker)
		time.Sleep(100 * time.Millisecond)
		ticker.Stop()
	})
}

// retryLater sleeps for an hour before it tries again.
func retryLater(pace time.Duration) {
	every(pace, func(n int) { go retry() })
}

func retry() {
	for {
		time.Sleep(time.Hour)
	}
}

// slowNoisy leaks one in ten of what comes in bursts of short work.
func slowNoisy(pace time.Duration) {
	go func() {
		for n := 0; ; n++ {
			for range make([]struct{}, rand.Intn(120)) {
				go work(time.Duration(rand.Intn(800)) * time.Millisecond)
			}
			if n%2 == 0 {
				orders := make(chan int)
				go awaitOrder(orders)
			}
			time.Sleep(time.Duration(50+rand.Intn(300)) * time.Millisecond)
		}
	}()
}

func awaitOrder(orders chan int) { <-orders }

// noisy is the same without the leak.
func noisy(pace time.Duration) {
	go func() {
		for {
			for range make([]struct{}, rand.Intn(120)) {
				go work(time.Duration(rand.Intn(800)) * time.Millisecond)
			}
			time.Sleep(time.Duration(50+rand.Intn(300)) * time.Millisecond)
		}
	}()
}

func work(long time.Duration) {
	done := make(chan struct{})
	go func() {
		time.Sleep(long)
		close(done)
	}()
	<-done
}

// timersInLoop makes a long timer for each message: before 1.23 each stays until it fires.
func timersInLoop(pace time.Duration) {
	messages := make(chan int)
	go func() {
		for n := 0; ; n++ {
			messages <- n
			time.Sleep(200 * time.Microsecond)
		}
	}()
	go func() {
		for {
			select {
			case <-messages:
			case <-time.After(time.Hour):
			}
		}
	}()
}

// deadlineWatchers wait for one request each, at most two seconds.
func deadlineWatchers(pace time.Duration) {
	every(pace/4, func(n int) {
		never := make(chan struct{})
		select {
		case <-never:
		case <-time.After(2 * time.Second):
		}
	})
}
