// Command tileserver serves map tiles: the base map is held in memory, and roads are drawn over it
// for each request. Partners who print atlases ask for whole sheets of tiles at once.
package main

import (
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"strconv"
	"time"
)

const (
	side       = 96 // pixels of a tile's edge
	baseTiles  = 1500
	viewers    = 6
	pauseEach  = 22 * time.Millisecond
	sheetTiles = 200
	sheetEvery = 7 * time.Second
	sheetTakes = 3 * time.Second // to send it to the printer
)

// tile is an image of side x side pixels of 4 bytes.
type tile []byte

type atlas struct {
	base []tile
}

// readBase reads the base map, a row of tiles at a time.
func readBase() *atlas {
	a := &atlas{}
	for n := 0; n < baseTiles; n++ {
		t := make(tile, side*side*4)
		for at := range t {
			t[at] = byte(n*31 + at>>7)
		}
		a.base = append(a.base, t)
		if n%50 == 49 {
			time.Sleep(40 * time.Millisecond)
		}
	}
	return a
}

// draw makes a copy of a base tile with roads on it.
func (a *atlas) draw(n int) tile {
	t := append(tile(nil), a.base[n%len(a.base)]...)
	for road := 0; road < 5; road++ {
		for at := road * 4; at+4 <= len(t); at += (side + road) * 4 {
			t[at], t[at+3] = 0xff, byte(road)
		}
	}
	return t
}

// one answers GET /tile?n=NUMBER.
func (a *atlas) one(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || n < 0 {
		http.Error(w, "n: a tile's number", http.StatusBadRequest)
		return
	}
	w.Write(a.draw(n))
}

// sheet answers GET /sheet with sheetTiles tiles, as fast as the printer takes them.
func (a *atlas) sheet(w http.ResponseWriter, r *http.Request) {
	tiles := make([]tile, sheetTiles)
	for n := range tiles {
		tiles[n] = a.draw(n)
	}
	for _, t := range tiles {
		time.Sleep(sheetTakes / sheetTiles)
		w.Write(t)
	}
}

func get(address string) {
	if answer, err := http.Get(address); err == nil {
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}

func view(base string, viewer int) {
	dice := rand.New(rand.NewSource(int64(viewer)))
	for {
		get(fmt.Sprintf("%s/tile?n=%d", base, dice.Intn(baseTiles)))
		time.Sleep(pauseEach)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("tileserver listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = viewers + 1
	a := readBase()
	http.HandleFunc("/tile", a.one)
	http.HandleFunc("/sheet", a.sheet)
	for viewer := 0; viewer < viewers; viewer++ {
		go view(base, viewer)
	}
	go func() {
		for range time.Tick(sheetEvery) {
			get(base + "/sheet")
		}
	}()
	log.Fatal(http.Serve(listener, nil))
}
