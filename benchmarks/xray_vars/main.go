// Command xray_vars allocates on every P, serves /debug/vars, and says how much it got done when it
// is asked: a subject for measuring what looking at it costs.
package main

import (
	"bufio"
	_ "expvar"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
)

type node struct {
	next *node
	data [88]byte
}

var done atomic.Int64

func work() {
	kept := make([]*node, 50_000)
	for number := 0; ; number++ {
		slot := number * 31 % len(kept)
		kept[slot] = &node{next: &node{}}
		if number%64 == 0 {
			done.Add(64)
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { panic(http.Serve(listener, nil)) }()
	for range make([]struct{}, runtime.GOMAXPROCS(0)) {
		go work()
	}
	fmt.Println(listener.Addr())
	asked := bufio.NewScanner(os.Stdin)
	for asked.Scan() {
		fmt.Println(done.Load())
	}
}
