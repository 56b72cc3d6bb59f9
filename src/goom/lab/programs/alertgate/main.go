// Command alertgate lets subscribers watch a tree of sensors: each subscriber has a goroutine that
// follows one branch of the tree and waits there for the next reading.
package main

import (
	"fmt"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	subscribers = 2200
	shallow     = 2
	deep        = 200
	digest      = 60 // alerts told of in one message
	moveEvery   = 22 * time.Millisecond
)

// node is a place in the tree: a plant, a hall, a machine, a part of it.
type node struct {
	name     string
	quantity float64
	child    *node
}

func branch(depth int) *node {
	top := &node{name: "site"}
	for n, at := 1, top; n < depth; n, at = n+1, at.child {
		at.child = &node{name: fmt.Sprintf("level-%d", n), quantity: float64(n)}
	}
	return top
}

// rule is what a subscriber wants to hear of: quantities outside of its bounds.
type rule struct{ low, high float64 }

// subscriber follows one branch at a time.
type subscriber struct {
	rule   rule
	branch chan *node // where to look next
	alerts atomic.Int64
	latest atomic.Pointer[string]
}

func (s *subscriber) run() {
	at := <-s.branch
	for {
		at = s.follow(at)
	}
}

// next waits until the subscriber is to look elsewhere.
func (s *subscriber) next() *node {
	return <-s.branch
}

// weigh compares the quantities on the way to a node with the rule.
func (s *subscriber) weigh(path []*node) {
	var total float64
	for _, n := range path {
		total += n.quantity
	}
	if mean := total / float64(len(path)); mean < s.rule.low || mean > s.rule.high {
		if s.alerts.Add(1)%digest == 1 {
			text := fmt.Sprintf("%s: %.1f is outside of %g to %g", path[len(path)-1].name, mean, s.rule.low, s.rule.high)
			s.latest.Store(&text)
		}
	}
}

type gate struct {
	mu   sync.Mutex
	list []*subscriber
}

func (g *gate) subscribe(r rule) *subscriber {
	s := &subscriber{rule: r, branch: make(chan *node)}
	g.mu.Lock()
	g.list = append(g.list, s)
	g.mu.Unlock()
	go s.run()
	return s
}

// alerts answers GET /alerts.
func (g *gate) alerts(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var total int64
	for _, s := range g.list {
		total += s.alerts.Load()
	}
	fmt.Fprintf(w, "%d subscribers, %d alerts, %d goroutines\n", len(g.list), total, runtime.NumGoroutine())
}

// work moves subscribers from the roots of the tree to machines deep in it, one after the other.
func (g *gate) work() {
	dice := rand.New(rand.NewSource(5))
	site, machines := branch(shallow), make([]*node, 20)
	for n := range machines {
		machines[n] = branch(deep - n)
	}
	for _, s := range g.list {
		s.branch <- site
	}
	for n := 0; ; n++ {
		g.list[n%len(g.list)].branch <- machines[dice.Intn(len(machines))]
		time.Sleep(moveEvery)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("alertgate listening on http://%s", listener.Addr())
	g := &gate{}
	http.HandleFunc("/alerts", g.alerts)
	for n := 0; n < subscribers; n++ {
		g.subscribe(rule{low: float64(n % 7), high: float64(20 + n%30)})
	}
	go g.work()
	log.Fatal(http.Serve(listener, nil))
}
