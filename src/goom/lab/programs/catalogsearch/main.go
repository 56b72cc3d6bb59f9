// Command catalogsearch answers product queries over HTTP and keeps rendered result pages, so that
// a question asked twice costs one map lookup.
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
	"net/url"
	"strings"
	"time"
)

const (
	products   = 4000
	hitsOnPage = 40
	shoppers   = 8
	pauseEach  = 16 * time.Millisecond
)

type product struct {
	id    int
	title string
	words []string
	cents int
}

type server struct {
	catalog []product
	byWord  map[string][]int
	results *resultCache
}

var (
	materials = strings.Fields("oak steel cotton ceramic bamboo walnut copper linen glass wool cork leather")
	things    = strings.Fields("chair lamp kettle desk rug mug shelf bench vase tray stool clock mirror basket")
	styles    = strings.Fields("round tall folding vintage nordic compact outdoor painted hanging modular")
)

func newServer() *server {
	s := &server{byWord: map[string][]int{}, results: newResultCache()}
	for id := 0; id < products; id++ {
		words := []string{
			styles[id%len(styles)], materials[id/3%len(materials)], things[id/7%len(things)],
		}
		s.catalog = append(s.catalog, product{id, strings.Join(words, " "), words, 900 + id*37%40000})
		for _, word := range words {
			s.byWord[word] = append(s.byWord[word], id)
		}
	}
	return s
}

// search answers GET /search?q=WORDS&at=POSITION&visit=NAME.
func (s *server) search(w http.ResponseWriter, r *http.Request) {
	key := r.URL.RawQuery
	if page := s.results.get(key); page != nil {
		w.Write(page)
		return
	}
	var body bytes.Buffer
	s.render(&body, r.URL.Query())
	s.results.put(key, body.Bytes())
	w.Write(body.Bytes())
}

func (s *server) render(body *bytes.Buffer, query url.Values) {
	body.Grow(hitsOnPage * 400)
	for rank, id := range s.match(strings.Fields(query.Get("q"))) {
		if rank == hitsOnPage {
			break
		}
		item := &s.catalog[id]
		fmt.Fprintf(body, `<li data-id="%d"><h3>%s</h3><p>%s, made to order in %s, price %d.%02d</p>`,
			item.id, item.title, strings.Repeat(item.title+" ", 8), item.words[1], item.cents/100, item.cents%100)
		fmt.Fprintf(body, `<a href="/product/%d?from=%s">details</a></li>`, item.id, query.Get("visit"))
	}
}

func (s *server) match(words []string) []int {
	score := map[int]int{}
	for _, word := range words {
		for _, id := range s.byWord[word] {
			score[id]++
		}
	}
	best := make([]int, 0, 2*hitsOnPage)
	for id := range score {
		if best = append(best, id); len(best) == cap(best) {
			break
		}
	}
	return best
}

// shop asks like a visitor who looks at a handful of pages, some of them more than once.
func shop(base string, visitor int) {
	dice := rand.New(rand.NewSource(int64(visitor)))
	for visit := 0; ; visit++ {
		words := styles[dice.Intn(len(styles))] + "+" + things[dice.Intn(len(things))]
		for page := 0; page < 5; page++ {
			address := fmt.Sprintf("%s/search?q=%s&at=%d&visit=%d-%d", base, words, dice.Intn(4), visitor, visit)
			if answer, err := http.Get(address); err == nil {
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
			time.Sleep(pauseEach)
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("catalogsearch listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = shoppers
	http.HandleFunc("/search", newServer().search)
	for visitor := 0; visitor < shoppers; visitor++ {
		go shop(base, visitor)
	}
	log.Fatal(http.Serve(listener, nil))
}
