// Command sessionstore keeps the signed-in sessions of a web shop in memory, each with its basket.
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
	sessions  = 60_000
	baskets   = 12
	clients   = 8
	pauseEach = 8 * time.Millisecond
)

type item struct {
	sku   string
	count int
	next  *item
}

type session struct {
	id, user string
	seen     time.Time
	basket   *item
	trail    []string
}

type store struct {
	mu       sync.RWMutex
	sessions map[string]*session
}

func (s *store) open(n int) {
	one := &session{id: fmt.Sprintf("s-%06d", n), user: fmt.Sprintf("user-%d@shop.example", n*7919), seen: time.Now()}
	for k := 0; k < baskets; k++ {
		one.basket = &item{sku: fmt.Sprintf("sku-%05d-%d", n%9000, k), count: k, next: one.basket}
		one.trail = append(one.trail, fmt.Sprintf("/product/%d", n*k%9000))
	}
	s.mu.Lock()
	s.sessions[one.id] = one
	s.mu.Unlock()
}

// basket answers GET /basket?session=ID with the basket as a small page.
func (s *store) basket(w http.ResponseWriter, r *http.Request) {
	s.mu.RLock()
	one := s.sessions[r.URL.Query().Get("session")]
	s.mu.RUnlock()
	if one == nil {
		http.NotFound(w, r)
		return
	}
	for _, line := range rows(one) {
		io.WriteString(w, line)
	}
}

func rows(one *session) []string {
	lines := []string{"basket of " + one.user + "\n"}
	for i := one.basket; i != nil; i = i.next {
		lines = append(lines, strconv.Itoa(i.count)+" x "+i.sku+"\n")
	}
	return lines
}

func browse(base string, client int) {
	dice := rand.New(rand.NewSource(int64(client)))
	for {
		answer, err := http.Get(fmt.Sprintf("%s/basket?session=s-%06d", base, dice.Intn(sessions)))
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
	log.Printf("sessionstore listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = clients
	s := &store{sessions: map[string]*session{}}
	http.HandleFunc("/basket", s.basket)
	go http.Serve(listener, nil)
	for n := 0; n < sessions; n++ {
		s.open(n)
	}
	log.Printf("%d sessions restored", sessions)
	for client := 1; client < clients; client++ {
		go browse(base, client)
	}
	browse(base, 0)
}
