// Command pricefeed keeps the order books of an exchange from a stream of text messages and
// answers with the best prices.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"sync"
	"time"
)

const (
	symbols       = 1200
	levels        = 240
	busyLevels    = 12 // near the best price, where nearly all happens
	batchMessages = 6000
	batchEvery    = 12 * time.Millisecond
	recorded      = 8
)

// level is one price of a book; levels form a list, the best first.
type level struct {
	price, size int32
	next        *level
}

type book struct {
	symbol string
	bids   *level
	volume int64
}

type exchange struct {
	name  string
	mu    sync.Mutex
	books map[string]*book
}

func newExchange(name string) *exchange {
	x := &exchange{name: name, books: map[string]*book{}}
	for depth := 0; depth < levels; depth++ {
		for n := 0; n < symbols; n++ {
			b := x.book(fmt.Sprintf("SYM%04d", n))
			b.bids = &level{price: int32(9000 + depth), size: 100, next: b.bids}
		}
	}
	return x
}

func (x *exchange) book(symbol string) *book {
	if x.books[symbol] == nil {
		x.books[symbol] = &book{symbol: symbol}
	}
	return x.books[symbol]
}

// update is one message: "bid|SYM0042|9031|200|12:00:01".
type update struct {
	symbol      []byte
	price, size int64
}

func (x *exchange) apply(u update) {
	b := x.books[string(u.symbol)]
	if b == nil {
		return
	}
	b.volume += u.size
	for l := b.bids; l != nil; l = l.next {
		if int64(l.price) <= u.price {
			l.size = int32(u.size)
			return
		}
	}
}

// take applies a batch of messages, one a line.
func (x *exchange) take(batch []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	lines := bufio.NewScanner(bytes.NewReader(batch))
	for lines.Scan() {
		if u, ok := parse(lines.Bytes()); ok {
			x.apply(u)
		}
	}
}

// best answers GET /NAME/best?symbol=NAME.
func (x *exchange) best(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if b := x.books[r.URL.Query().Get("symbol")]; b != nil {
		fmt.Fprintf(w, "%s %d %d\n", b.symbol, b.bids.price, b.volume)
	}
}

// session records what the exchange would send: a few batches that are played in turn.
func session() [][]byte {
	dice := rand.New(rand.NewSource(3))
	batches := make([][]byte, recorded)
	for n := range batches {
		var text bytes.Buffer
		for m := 0; m < batchMessages; m++ {
			fmt.Fprintf(&text, "bid|SYM%04d|%d|%d|12:00:%02d\n",
				dice.Intn(symbols), 9000+levels-dice.Intn(busyLevels), 100*(1+dice.Intn(9)), m/100%60)
		}
		batches[n] = text.Bytes()
	}
	return batches
}

// follow takes a session's batches as the exchange sends them.
func (x *exchange) follow(batches [][]byte) {
	late := 0
	for n, next := 0, time.Now(); ; n++ {
		x.take(batches[n%recorded])
		next = next.Add(batchEvery)
		if wait := time.Until(next); wait > 0 {
			time.Sleep(wait)
		} else {
			late, next = late+1, time.Now()
		}
		if n%400 == 399 {
			log.Printf("%s: %d messages, %d of %d batches late", x.name, (n+1)*batchMessages, late, n+1)
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("pricefeed listening on http://%s", listener.Addr())
	go http.Serve(listener, nil)
	batches := session()
	for _, name := range []string{"equities", "futures"} {
		x := newExchange(name)
		http.HandleFunc("/"+name+"/best", x.best)
		go x.follow(batches)
	}
	select {}
}
