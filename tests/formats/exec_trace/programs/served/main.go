// Command served answers requests over kept connections, three kinds of them, and asks itself.
//
//	served trace FILE SECONDS    under an execution trace; prints how many were answered
//	served flight FILE SECONDS   a snapshot of the flight recorder at the end (Go 1.25)
//	served listen SECONDS        with net/http/pprof; prints its address
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime/debug"
	"runtime/trace"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

var answered atomic.Int64

func main() {
	debug.SetGCPercent(50)
	kept = tree(16)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/search", search)
	http.HandleFunc("/ping", ping)
	http.Handle("/export", &exporter{rows: 3000})
	go http.Serve(listener, nil)
	base := "http://" + listener.Addr().String()
	seconds, _ := strconv.ParseFloat(os.Args[len(os.Args)-1], 64)
	length := time.Duration(seconds * float64(time.Second))
	switch os.Args[1] {
	case "trace":
		file := create(os.Args[2])
		if err := trace.Start(file); err != nil {
			log.Fatal(err)
		}
		load(base, length)
		trace.Stop()
		file.Close()
		fmt.Println(answered.Load())
	case "flight":
		flight(create(os.Args[2]), func() { load(base, length) })
	case "listen":
		fmt.Println(base)
		load(base, length)
		fmt.Println(answered.Load())
	}
}

func create(path string) *os.File {
	file, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	return file
}

// load is four clients, each with a connection of its own that it keeps.
func load(base string, length time.Duration) {
	var done sync.WaitGroup
	until := time.Now().Add(length)
	for client := 0; client < 4; client++ {
		done.Add(1)
		go func(client int) {
			defer done.Done()
			mine := &http.Client{Transport: &http.Transport{}}
			for round := 0; time.Now().Before(until); round++ {
				path := [...]string{"/ping", "/search", "/ping", "/export"}[round%4]
				answer, err := mine.Get(base + path)
				if err != nil {
					log.Fatal(err)
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				answered.Add(1)
				time.Sleep(200 * time.Microsecond)
			}
		}(client)
	}
	done.Wait()
}
