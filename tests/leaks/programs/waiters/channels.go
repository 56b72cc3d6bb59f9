package main

import (
	"context"
	"math/rand"
	"sync"
	"time"
)

type quote struct {
	price float64
	notes [256]byte
}

func init() {
	ways["late-answer"] = lateAnswer
	ways["audit-log"] = auditLog
	ways["unlocked-never"] = unlockedNever
	ways["group-of-workers"] = groupOfWorkers
	ways["sessions"] = sessions
	ways["subscribers"] = subscribers
	ways["barrier"] = barrier
	ways["permits"] = permits
	ways["nil-channel"] = nilChannel
}

// lateAnswer gives up on a slow quote; who asks for it then sends to nobody.
func lateAnswer(pace time.Duration) {
	every(pace, func(n int) { fetchQuote(n) })
}

func fetchQuote(n int) (quote, bool) {
	answers := make(chan quote)
	go func() {
		time.Sleep(time.Duration(5+rand.Intn(10)) * time.Millisecond)
		answers <- quote{price: float64(n)}
	}()
	select {
	case found := <-answers:
		return found, true
	case <-time.After(3 * time.Millisecond):
		return quote{}, false
	}
}

var auditEvents = make(chan string, 64)

// auditLog sends to a channel of the package whose reader has gone.
func auditLog(pace time.Duration) {
	go func() {
		for n := 0; n < 100; n++ {
			<-auditEvents
		}
	}()
	every(pace, func(n int) {
		go recordEvent("order placed")
	})
}

func recordEvent(text string) { auditEvents <- text }

type account struct {
	mutex   sync.Mutex
	balance int
}

// unlockedNever returns early with the lock held.
func unlockedNever(pace time.Duration) {
	shared := &account{balance: 150}
	every(pace, func(n int) { shared.withdraw(1) })
}

func (a *account) withdraw(amount int) bool {
	a.mutex.Lock()
	if a.balance < amount {
		return false
	}
	a.balance -= amount
	a.mutex.Unlock()
	return true
}

// groupOfWorkers counts one worker more than it starts.
func groupOfWorkers(pace time.Duration) {
	every(pace, func(n int) { runBatch(3) })
}

func runBatch(size int) {
	var pending sync.WaitGroup
	pending.Add(size)
	for index := 1; index < size; index++ {
		go func() {
			defer pending.Done()
			time.Sleep(time.Millisecond)
		}()
	}
	pending.Wait()
}

// sessions starts a watcher for each session, and forgets to cancel it.
func sessions(pace time.Duration) {
	every(pace, func(n int) { openSession() })
}

func openSession() {
	ctx, cancel := context.WithCancel(context.Background())
	keepCancel(cancel)
	go func() {
		<-ctx.Done()
	}()
}

var cancels sync.Map

func keepCancel(cancel func()) { cancels.Store(rand.Int63(), cancel) }

type bus struct {
	mutex sync.Mutex
	all   map[int]chan string
}

// subscribers never unsubscribe: their channels stay in the bus, their readers with them.
func subscribers(pace time.Duration) {
	news := &bus{all: map[int]chan string{}}
	every(pace, func(n int) { news.subscribe(n) })
}

func (b *bus) subscribe(id int) {
	messages := make(chan string, 4)
	b.mutex.Lock()
	b.all[id] = messages
	b.mutex.Unlock()
	go readMessages(messages)
}

func readMessages(messages chan string) {
	for range messages {
	}
}

// barrier waits for a broadcast that is a signal: one wakes, the rest sleep on.
func barrier(pace time.Duration) {
	var mutex sync.Mutex
	ready := sync.NewCond(&mutex)
	every(pace, func(n int) {
		mutex.Lock()
		defer mutex.Unlock()
		if n%10 == 0 {
			ready.Signal()
		}
		awaitReady(ready)
	})
}

func awaitReady(ready *sync.Cond) { ready.Wait() }

// permits are taken and, on an error, not given back.
func permits(pace time.Duration) {
	tokens := make(chan struct{}, 16)
	every(pace, func(n int) { resize(tokens, n) })
}

func resize(tokens chan struct{}, n int) {
	tokens <- struct{}{}
	if n%8 == 7 {
		return
	}
	time.Sleep(time.Millisecond)
	<-tokens
}

// nilChannel waits on a channel that was never made.
func nilChannel(pace time.Duration) {
	every(pace, func(n int) {
		var done chan struct{}
		waitDone(done)
	})
}

func waitDone(done chan struct{}) { <-done }
