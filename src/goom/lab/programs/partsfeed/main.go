// Command partsfeed reads suppliers' price lists one after the other, keeps the offers that are
// worth showing, and serves those.
package main

import (
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	listBytes    = 14 << 20 // of descriptions in a supplier's list
	oneInKept    = 40
	betweenLists = 3 * time.Second
	offersShown  = 500
	pauseEach    = 25 * time.Millisecond
)

// suppliers' lists differ in how much they say about a part.
var suppliers = []struct {
	name        string
	description int // bytes
}{
	{"Albrecht", 48}, {"Brandt & Daughters", 64}, {"Castellan", 80}, {"Dufour", 96},
	{"Eriksen", 112}, {"Ferro", 128}, {"Gallo", 144}, {"Holt", 160}, {"Ilves", 176},
	{"Jansson", 192}, {"Keller", 208}, {"Lindqvist", 224},
}

// offer is a line of a price list.
type offer struct {
	part        int
	cents       int
	description []byte
}

type shop struct {
	mu     sync.Mutex
	offers map[string][]offer
}

// readList reads a whole list: which offers are good shows only when all prices are known.
func readList(dice *rand.Rand, description int) []offer {
	text := strings.Repeat("zinc plated hexagon head bolt, metric, full thread, ", 6)
	list := make([]offer, listBytes/description)
	for n := range list {
		list[n] = offer{part: n, cents: 100 + dice.Intn(90_000), description: make([]byte, description)}
		copy(list[n].description, text)
	}
	return list
}

// good keeps the offers far below the average price.
func good(list []offer) []offer {
	total := 0
	for _, o := range list {
		total += o.cents
	}
	bar := total / len(list) * 2 / oneInKept
	kept := make([]offer, 0, len(list)/oneInKept*5/4)
	for _, o := range list {
		if o.cents < bar && len(kept) < cap(kept) {
			kept = append(kept, keep(o))
		}
	}
	return kept
}

func (s *shop) take(name string, kept []offer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offers[name] = kept
	log.Printf("%s: %d offers kept", name, len(kept))
}

// show answers GET /offers?supplier=NAME.
func (s *shop) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, o := range s.offers[r.URL.Query().Get("supplier")] {
		if n == offersShown {
			break
		}
		fmt.Fprintf(w, "%d %d %s\n", o.part, o.cents, o.description)
	}
}

// compare asks what a customer asks who compares suppliers.
func compare(base string) {
	for n := 0; ; n++ {
		answer, err := http.Get(base + "/offers?supplier=" + url.QueryEscape(suppliers[n%len(suppliers)].name))
		if err == nil {
			io.ReadAll(answer.Body)
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
	log.Printf("partsfeed listening on %s", base)
	s := &shop{offers: map[string][]offer{}}
	http.HandleFunc("/offers", s.show)
	go http.Serve(listener, nil)
	go compare(base)
	dice := rand.New(rand.NewSource(11))
	for _, supplier := range suppliers {
		s.take(supplier.name, good(readList(dice, supplier.description)))
		time.Sleep(betweenLists)
	}
	log.Print("all lists read")
	select {}
}
