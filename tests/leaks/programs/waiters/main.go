// Command waiters runs one way in which goroutines wait: some are leaks, some are as they should be.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"sort"
	"strconv"
	"time"
)

var ways = map[string]func(pace time.Duration){}

func main() {
	if len(os.Args) < 2 {
		names := make([]string, 0, len(ways))
		for name := range ways {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Println(names)
		os.Exit(2)
	}
	pace := 20 * time.Millisecond
	if len(os.Args) > 2 {
		ms, err := strconv.Atoi(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		pace = time.Duration(ms) * time.Millisecond
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(listener, nil)) }()
	ways[os.Args[1]](pace)
	for { // the main goroutine reports, like many do
		time.Sleep(5 * time.Second)
	}
}

// every calls serve from one goroutine for each tick, as requests would.
func every(pace time.Duration, serve func(n int)) {
	go func() {
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		for n := 0; ; n++ {
			<-ticker.C
			go serve(n)
		}
	}()
}
