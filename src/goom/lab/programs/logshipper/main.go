// Command logshipper takes batches of log lines from edge devices over HTTP, counts them by device
// and level, and keeps a register of the devices that it has heard from.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	linesInBatch = 120
	pauseEach    = 7 * time.Millisecond
	gateways     = 2
	batchesKept  = 900
)

type shipper struct {
	devices register
	recent  tail
	lines   atomic.Int64
	warned  atomic.Int64
}

// ingest answers POST /batch with one log line per line of body.
func (s *shipper) ingest(w http.ResponseWriter, r *http.Request) {
	batch, err := s.readBatch(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.recent.add(batch)
	for len(batch) > 0 {
		var line string
		line, batch, _ = strings.Cut(batch, "\n")
		s.account(line)
	}
	w.WriteHeader(http.StatusAccepted)
}

// readBatch reads the whole body: the lines are cut out of it without another copy.
func (s *shipper) readBatch(r *http.Request) (string, error) {
	var text strings.Builder
	text.Grow(int(r.ContentLength))
	_, err := io.Copy(&text, io.LimitReader(r.Body, 1<<20))
	return text.String(), err
}

func (s *shipper) account(line string) {
	fields := strings.SplitN(line, " ", 4)
	if len(fields) < 4 {
		return
	}
	level, device := fields[1], fields[2]
	if level == "warn" {
		s.warned.Add(1)
	}
	s.lines.Add(1)
	s.devices.note(device)
}

// tail keeps the latest batches, for those who look at what comes in.
type tail struct {
	mu      sync.Mutex
	batches [batchesKept]string
	added   int
}

func (t *tail) add(batch string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.batches[t.added%batchesKept] = batch
	t.added++
}

// register counts lines by device.
type register struct {
	mu    sync.Mutex
	lines map[string]*int
}

func (g *register) count(device string) *int {
	if n := g.lines[device]; n != nil {
		return n
	}
	n := new(int)
	if g.lines == nil {
		g.lines = map[string]*int{}
	}
	g.lines[name(device)] = n
	return n
}

func (g *register) note(device string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	*g.count(device)++
}

func (g *register) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.lines)
}

// gateway posts batches like a site where, now and then, a device reports for the first time.
func gateway(address string, site int) {
	dice := rand.New(rand.NewSource(int64(site)))
	for round := 0; ; round++ {
		var batch bytes.Buffer
		newest := fmt.Sprintf("dev-%02d-%06d", site, round)
		for n := 0; n < linesInBatch; n++ {
			device, level := fmt.Sprintf("dev-%02d-%06d", site, round/2+dice.Intn(1+round/2)), "info"
			if n == linesInBatch/2 {
				device, level = newest, "warn"
			}
			fmt.Fprintf(&batch, "2024-05-11T10:%02d:%02dZ %s %s temperature=%d.%d humidity=%d battery=%d uplink=lora/%d seq=%d\n",
				round/60%60, round%60, level, device, dice.Intn(40), dice.Intn(10), dice.Intn(100), dice.Intn(100), dice.Intn(12), n)
		}
		if answer, err := http.Post(address, "text/plain", &batch); err == nil {
			answer.Body.Close()
		}
		time.Sleep(pauseEach)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("logshipper listening on %s", base)
	s := &shipper{}
	http.HandleFunc("/batch", s.ingest)
	for site := 0; site < gateways; site++ {
		go gateway(base+"/batch", site)
	}
	go func() {
		for range time.Tick(5 * time.Second) {
			log.Printf("%d lines, %d warnings, %d devices", s.lines.Load(), s.warned.Load(), s.devices.size())
		}
	}()
	log.Fatal(http.Serve(listener, nil))
}
