// Command wallet books payments between accounts over HTTP and keeps each account's last entries.
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
	"sync"
	"time"
)

const (
	accounts    = 6000
	entriesKept = 20
	payers      = 6
	pauseEach   = 12 * time.Millisecond
	inPayment   = 40 // orders in a collective payment
)

type entry struct {
	Partner int    `json:"partner"`
	Cents   int64  `json:"cents"`
	Purpose string `json:"purpose"`
}

type account struct {
	balance int64
	last    [entriesKept]*entry
	entries int
}

func (a *account) book(partner int, cents int64, purpose string) {
	a.balance += cents
	a.last[a.entries%entriesKept] = &entry{partner, cents, purpose}
	a.entries++
}

type bank struct {
	mu       sync.Mutex
	accounts [accounts]account
}

type order struct {
	From, To int
	Cents    int64
	Purpose  string
}

// pay answers POST /pay with the new entries of those who paid.
func (b *bank) pay(w http.ResponseWriter, r *http.Request) {
	var orders []order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := []entry{}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range orders {
		from, to := &b.accounts[o.From%accounts], &b.accounts[o.To%accounts]
		from.book(o.To, -o.Cents, o.Purpose)
		to.book(o.From, o.Cents, o.Purpose)
		answer = append(answer, *from.last[(from.entries-1)%entriesKept])
	}
	json.NewEncoder(w).Encode(answer)
}

func payer(base string, number int) {
	dice := rand.New(rand.NewSource(int64(number)))
	for {
		orders := make([]order, inPayment)
		for n := range orders {
			orders[n] = order{dice.Intn(accounts), dice.Intn(accounts), int64(dice.Intn(9999)), fmt.Sprintf("invoice %d, with thanks", dice.Intn(1e6))}
		}
		body, _ := json.Marshal(orders)
		if answer, err := http.Post(base+"/pay", "application/json", bytes.NewReader(body)); err == nil {
			var entries []entry
			json.NewDecoder(answer.Body).Decode(&entries)
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
	log.Printf("wallet listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = payers
	http.HandleFunc("/pay", new(bank).pay)
	for number := 0; number < payers; number++ {
		go payer(base, number)
	}
	log.Fatal(http.Serve(listener, nil))
}
