package main

import (
	"sync/atomic"
	"time"
)

func init() {
	ways["steady-workers"] = steadyWorkers
	ways["pool-to-cap"] = poolToCap
	ways["pool-late-cap"] = poolLateCap
	ways["burst"] = burst
	ways["more-load"] = moreLoad
	ways["backlog"] = backlog
	ways["pool-without-cap"] = poolWithoutCap
	ways["overload"] = overload
	ways["visitors"] = visitors
}

// steadyWorkers are many, from the start on.
func steadyWorkers(pace time.Duration) {
	jobs := make(chan int)
	for range make([]struct{}, 3000) {
		go worker(jobs)
	}
	go func() {
		for n := 0; ; n++ {
			jobs <- n
			time.Sleep(pace / 20)
		}
	}()
}

func worker(jobs chan int) {
	for range jobs {
		time.Sleep(time.Millisecond)
	}
}

type pool struct {
	jobs chan int
	size atomic.Int64
	most int64
}

func (p *pool) submit(n int) {
	select {
	case p.jobs <- n:
	default:
		if p.size.Add(1) <= p.most {
			go worker(p.jobs)
		}
		p.jobs <- n
	}
}

// poolToCap adds workers while there are too few, up to 500.
func poolToCap(pace time.Duration) {
	shared := &pool{jobs: make(chan int), most: 500}
	go growSlowly(shared, 100)
}

// poolLateCap takes its time until it reaches its cap.
func poolLateCap(pace time.Duration) {
	shared := &pool{jobs: make(chan int), most: 600}
	go growSlowly(shared, 55)
}

// poolWithoutCap has no bound: a worker for each job that finds none idle, and none ever ends.
func poolWithoutCap(pace time.Duration) {
	shared := &pool{jobs: make(chan int), most: 1 << 40}
	go growSlowly(shared, 50)
}

func growSlowly(shared *pool, perSecond int) {
	for n := 0; ; n++ {
		if shared.size.Load() < shared.most {
			shared.size.Add(1)
			go worker(shared.jobs)
		}
		shared.jobs <- n
		time.Sleep(time.Second / time.Duration(perSecond))
	}
}

// burst answers 1,500 requests at once in the middle of its life.
func burst(pace time.Duration) {
	every(pace, func(n int) { work(50 * time.Millisecond) })
	go func() {
		time.Sleep(6 * time.Second)
		for range make([]struct{}, 1500) {
			go work(4 * time.Second)
		}
	}()
}

// moreLoad has more requests in flight from second to second; each takes a second.
func moreLoad(pace time.Duration) {
	go func() {
		for n := 1; ; n++ {
			for range make([]struct{}, n) {
				go work(time.Second)
			}
			time.Sleep(200 * time.Millisecond)
		}
	}()
}

// backlog queues requests behind a slow worker, which catches up.
func backlog(pace time.Duration) {
	turn := make(chan struct{}, 1)
	go func() {
		for {
			for range make([]struct{}, 300) {
				go inTurn(turn)
			}
			time.Sleep(4 * time.Second)
		}
	}()
}

func inTurn(turn chan struct{}) {
	turn <- struct{}{}
	time.Sleep(8 * time.Millisecond)
	<-turn
}

// overload has more requests than turns: the queue grows, and all in it get their turn.
func overload(pace time.Duration) {
	turn := make(chan struct{}, 1)
	every(pace/4, func(n int) { inTurn(turn) })
}

// visitors stay for eight seconds each.
func visitors(pace time.Duration) {
	every(pace, func(n int) { work(8 * time.Second) })
}
