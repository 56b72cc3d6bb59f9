// Command boxoffice sells seats. When the sale for a concert opens, many come at once; the plan of
// the hall is worked out for each of them.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"sync"
	"time"
)

const (
	rows, seatsInRow = 60, 50
	usualGuests      = 4
	rush             = 140
	rushEvery        = 9 * time.Second
	think            = 700 * time.Millisecond
)

type seat struct {
	Row, Number int
	Cents       int
	Taken       bool
	View        string
}

type hall struct {
	mu    sync.Mutex
	taken map[[2]int]bool
}

// plan is the hall as one guest sees it at this moment.
func (h *hall) plan() []*seat {
	h.mu.Lock()
	defer h.mu.Unlock()
	seats := make([]*seat, 0, rows*seatsInRow)
	for row := 0; row < rows; row++ {
		for number := 0; number < seatsInRow; number++ {
			seats = append(seats, &seat{row, number, 9900 - 100*row, h.taken[[2]int{row, number}], fmt.Sprintf("row %d, seat %d", row+1, number+1)})
		}
	}
	return seats
}

// offer answers GET /seats with the best free seats, after the guest's turn has come.
func (h *hall) offer(w http.ResponseWriter, r *http.Request) {
	seats := h.plan()
	time.Sleep(think)
	free := []*seat{}
	for _, s := range seats {
		if !s.Taken && len(free) < 20 {
			free = append(free, s)
		}
	}
	json.NewEncoder(w).Encode(free)
}

func guest(base string) {
	if answer, err := http.Get(base + "/seats"); err == nil {
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("boxoffice listening on %s", base)
	http.HandleFunc("/seats", (&hall{taken: map[[2]int]bool{}}).offer)
	for n := 0; n < usualGuests; n++ {
		go func() {
			for {
				guest(base)
			}
		}()
	}
	go func() {
		for range time.Tick(rushEvery) {
			for n := 0; n < rush; n++ {
				go guest(base)
			}
		}
	}()
	log.Fatal(http.Serve(listener, nil))
}
