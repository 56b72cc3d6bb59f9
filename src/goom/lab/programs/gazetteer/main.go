// Command gazetteer answers "what is near this point" from a list of places that it loads before
// it serves. Places are kept in a grid of small records.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"sync/atomic"
	"time"
)

const (
	parts        = 40
	placesInPart = 6500
	fetchTakes   = 250 * time.Millisecond
	cell         = 4 // cells to a degree
	pauseEach    = 20 * time.Millisecond
)

// spot is a place as it is served: 24 bytes and its name.
type spot struct {
	name      string
	lat, long float32
}

type gazetteer struct {
	grid  map[[2]int16][]spot
	ready atomic.Bool
}

func (g *gazetteer) add(name string, lat, long float64) {
	at := [2]int16{int16(lat * cell), int16(long * cell)}
	g.grid[at] = append(g.grid[at], spot{name, float32(lat), float32(long)})
}

// near answers GET /near?lat=&long= with the places of that cell.
func (g *gazetteer) near(w http.ResponseWriter, r *http.Request) {
	if !g.ready.Load() {
		http.Error(w, "still reading the list of places", http.StatusServiceUnavailable)
		return
	}
	var lat, long float64
	fmt.Sscan(r.URL.Query().Get("lat"), &lat)
	fmt.Sscan(r.URL.Query().Get("long"), &long)
	names := []string{}
	for _, s := range g.grid[[2]int16{int16(lat * cell), int16(long * cell)}] {
		names = append(names, s.name)
	}
	json.NewEncoder(w).Encode(names)
}

// fetch gets one part of the list from where the nightly job left it.
func fetch(part int) []byte {
	time.Sleep(fetchTakes)
	dice := rand.New(rand.NewSource(int64(part)))
	var text bytes.Buffer
	for n := 0; n < placesInPart; n++ {
		text.WriteByte("[,"[min(n, 1)])
		fmt.Fprintf(&text, `{"name":"Halt %06d","lat":%.4f,"long":%.4f,"kind":"stop","zone":"Z%03d"}`,
			part*placesInPart+n, dice.Float64()*60-30, dice.Float64()*120-60, n%500)
	}
	text.WriteString("]")
	return text.Bytes()
}

func ask(base string) {
	dice := rand.New(rand.NewSource(1))
	for range time.Tick(pauseEach) {
		answer, err := http.Get(fmt.Sprintf("%s/near?lat=%.2f&long=%.2f", base, dice.Float64()*60-30, dice.Float64()*120-60))
		if err == nil {
			answer.Body.Close()
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("gazetteer listening on %s", base)
	g := &gazetteer{grid: map[[2]int16][]spot{}}
	http.HandleFunc("/near", g.near)
	go http.Serve(listener, nil)

	if err := g.load(); err != nil {
		log.Fatal(err)
	}
	g.ready.Store(true)
	log.Printf("gazetteer ready: %d cells", len(g.grid))
	ask(base)
}
