package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"time"
)

type node struct {
	next *node
	data []byte
}

var head *node

func grow(rate int) {
	const chunk = 32 << 10
	pause := time.Duration(float64(time.Second) * float64(chunk) / float64(rate))
	next := time.Now()
	for {
		n := &node{data: make([]byte, chunk)}
		for i := 0; i < chunk; i += 512 {
			n.data[i] = 1
		}
		n.next = head
		head = n
		next = next.Add(pause)
		if d := time.Until(next); d > time.Millisecond {
			time.Sleep(d)
		}
	}
}

func main() {
	rate := flag.Int("rate", 200, "MB/s")
	addr := flag.String("addr", "127.0.0.1:0", "")
	flag.Parse()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", l.Addr())
	go http.Serve(l, nil)
	grow(*rate << 20)
}
