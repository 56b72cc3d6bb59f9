// Command allocating does nothing but allocate, keeps some of it, and says how much it got done:
// a subject for measuring what looking at it costs.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

type line struct {
	article string
	count   int
	price   float64
}

type order struct {
	id    string
	lines []line
	notes map[string]string
}

var orders atomic.Int64

func newOrder(number int) *order {
	made := &order{id: "order-" + strconv.Itoa(number), notes: map[string]string{}}
	for i := 0; i < 8; i++ {
		made.lines = append(made.lines, line{article: "article-" + strconv.Itoa(i), count: i})
	}
	made.notes["address"] = made.id + " street " + strconv.Itoa(number%97)
	return made
}

func work(kept int, pause time.Duration) {
	recent := make([]*order, kept)
	for number := 0; ; number++ {
		recent[number%kept] = newOrder(number)
		if number%64 == 0 {
			orders.Add(64)
			time.Sleep(pause)
		}
	}
}

func main() {
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "goroutines that make orders")
	kept := flag.Int("kept", 20_000, "orders that each of them keeps")
	idle := flag.Int("idle", 0, "goroutines that wait for nothing")
	pause := flag.Duration("pause", 0, "after each 64 orders")
	every := flag.Duration("every", 500*time.Millisecond, "between two figures")
	flag.Parse()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/debug/pprof\n", listener.Addr())
	go func() { log.Fatal(http.Serve(listener, nil)) }()
	for i := 0; i < *idle; i++ {
		go func() { select {} }()
	}
	for i := 0; i < *workers; i++ {
		go work(*kept, *pause)
	}
	last, at := int64(0), time.Now()
	for range time.Tick(*every) {
		done, now := orders.Load(), time.Now()
		fmt.Printf("%.0f orders/s\n", float64(done-last)/now.Sub(at).Seconds())
		last, at = done, now
	}
}
