// Command farequotes asks several airlines for a fare at once and answers with the cheapest offer
// that arrives in time.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"net/url"
	"time"
)

const (
	patience  = 60 * time.Millisecond
	customers = 10
	trips     = 60_000
	pauseEach = 40 * time.Millisecond
)

var airlines = []string{"aurora", "meridian", "northwind"}

type offer struct {
	Airline string
	Cents   int
	Terms   []byte
}

type broker struct {
	client    http.Client
	base      string
	timetable map[int]string // by number of the trip
}

// readTimetable reads what trips there are.
func readTimetable() map[int]string {
	table := map[int]string{}
	for n := 0; n < trips; n++ {
		table[n] = fmt.Sprintf("trip %05d, departs %02d:%02d from gate %d, seat map 737-%d, two bags, meals on request", n, n%24, n%60, n%40, n%3)
	}
	return table
}

// quote answers GET /quote?trip=NUMBER.
func (b *broker) quote(w http.ResponseWriter, r *http.Request) {
	var number int
	fmt.Sscan(r.URL.Query().Get("trip"), &number)
	best := b.cheapest(b.timetable[number%trips])
	if best == nil {
		http.Error(w, "no airline answered in time", http.StatusGatewayTimeout)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"airline": best.Airline, "cents": best.Cents})
}

// cheapest asks all airlines and takes what has come when patience is over.
func (b *broker) cheapest(trip string) *offer {
	offers := newOffers(len(airlines))
	for _, airline := range airlines {
		go b.ask(airline, trip, offers)
	}
	deadline := time.After(patience)
	var best *offer
	for range airlines {
		select {
		case one := <-offers:
			if best == nil || one.Cents < best.Cents {
				best = one
			}
		case <-deadline:
			return best
		}
	}
	return best
}

// ask puts the offer of one airline into offers.
func (b *broker) ask(airline, trip string, offers chan<- *offer) {
	answer, err := b.client.Get(fmt.Sprintf("%s/partner?airline=%s&trip=%s", b.base, airline, url.QueryEscape(trip)))
	if err != nil {
		return
	}
	defer answer.Body.Close()
	terms, err := io.ReadAll(answer.Body)
	if err != nil {
		return
	}
	offers <- &offer{Airline: airline, Cents: 4000 + len(trip)*len(airline)*7, Terms: terms}
}

// partner plays the airlines: most answer at once, one in six takes its time.
func partner(w http.ResponseWriter, r *http.Request) {
	time.Sleep(time.Duration(5+rand.Intn(20)) * time.Millisecond)
	if rand.Intn(6) == 0 {
		time.Sleep(2 * patience)
	}
	terms := make([]byte, 24<<10)
	for at := range terms {
		terms[at] = "conditions of carriage "[at%23]
	}
	w.Write(terms)
}

func customer(base string, number int) {
	for trip := 0; ; trip++ {
		if answer, err := http.Get(fmt.Sprintf("%s/quote?trip=%d", base, number*977+trip)); err == nil {
			io.Copy(io.Discard, answer.Body)
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
	log.Printf("farequotes listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = customers
	b := &broker{base: base, timetable: readTimetable()}
	b.client.Transport = &http.Transport{MaxIdleConnsPerHost: 4 * customers}
	http.HandleFunc("/quote", b.quote)
	http.HandleFunc("/partner", partner)
	for number := 0; number < customers; number++ {
		go customer(base, number)
	}
	log.Fatal(http.Serve(listener, nil))
}
