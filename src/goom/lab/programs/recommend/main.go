// Command recommend answers which articles go with an article. Answers are worked out when they are
// first asked for and kept, up to a number of them.
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
	"sync"
	"time"
)

const (
	articles    = 40_000
	answersKept = 2500
	neighbours  = 150
	customers   = 8
	pauseEach   = 12 * time.Millisecond
)

type neighbour struct {
	article int
	score   float64
	why     string
}

type advisor struct {
	mu      sync.Mutex
	answers map[int][]neighbour
	order   [answersKept]int // the articles with an answer, a ring
	next    int
}

func workOut(article int) []neighbour {
	found := make([]neighbour, neighbours)
	for n := range found {
		other := (article*31 + n*n*17) % articles
		found[n] = neighbour{other, 1 / float64(1+n), "bought together with " + strconv.Itoa(other)}
	}
	return found
}

func (a *advisor) answer(article int) []neighbour {
	a.mu.Lock()
	defer a.mu.Unlock()
	if found := a.answers[article]; found != nil {
		return found
	}
	if len(a.answers) == answersKept {
		delete(a.answers, a.order[a.next])
	}
	found := workOut(article)
	a.answers[article] = found
	a.order[a.next] = article
	a.next = (a.next + 1) % answersKept
	return found
}

// goesWith answers GET /goes-with?article=N.
func (a *advisor) goesWith(w http.ResponseWriter, r *http.Request) {
	article, err := strconv.Atoi(r.URL.Query().Get("article"))
	if err != nil || article < 0 || article >= articles {
		http.Error(w, "article: a number below 40000", http.StatusBadRequest)
		return
	}
	for _, n := range a.answer(article)[:10] {
		fmt.Fprintf(w, "%d %.3f %s\n", n.article, n.score, n.why)
	}
}

func customer(base string, number int) {
	dice := rand.New(rand.NewSource(int64(number)))
	popular := rand.NewZipf(dice, 1.02, 400, articles-1)
	for {
		answer, err := http.Get(fmt.Sprintf("%s/goes-with?article=%d", base, popular.Uint64()))
		if err == nil {
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
	log.Printf("recommend listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = customers
	http.HandleFunc("/goes-with", (&advisor{answers: map[int][]neighbour{}}).goesWith)
	for number := 0; number < customers; number++ {
		go customer(base, number)
	}
	log.Fatal(http.Serve(listener, nil))
}
