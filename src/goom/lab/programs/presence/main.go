// Command presence fans chat messages out to everybody in a room over long-lived HTTP responses.
package main

import (
	"bufio"
	"bytes"
	"context"
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
	rooms     = 20
	recent    = 80
	visitors  = 48
	stay      = 200 * time.Millisecond
	talkEvery = 40 * time.Millisecond
)

type message struct {
	room int
	text string
}

// member is one reader of a room: its goroutine turns messages into frames for the connection.
type member struct {
	room   int
	inbox  chan message
	frames chan []byte
	page   bytes.Buffer // what the room said lately, and what was said since the last frame
}

type hub struct {
	mu      sync.Mutex
	members map[*member]bool
	said    [rooms][]message
}

func (h *hub) join(room int) *member {
	m := &member{room: room, inbox: make(chan message, 16), frames: make(chan []byte)}
	h.mu.Lock()
	h.members[m] = true
	for _, past := range h.said[room] {
		m.write(past)
	}
	h.mu.Unlock()
	go m.deliver()
	return m
}

func (h *hub) say(said message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	lately := append(h.said[said.room], said)
	h.said[said.room] = lately[max(0, len(lately)-recent):]
	for m := range h.members {
		if m.room != said.room {
			continue
		}
		select {
		case m.inbox <- said:
		default: // a reader that slow does without
		}
	}
}

func (m *member) write(said message) {
	fmt.Fprintf(&m.page, "event: message\ndata: {\"room\": %d, \"text\": %q}\n\n", said.room, said.text)
}

func (m *member) deliver() {
	defer close(m.frames)
	for said := range m.inbox {
		m.write(said)
		m.frames <- bytes.Clone(m.page.Bytes())
		m.page.Reset()
	}
}

// listen answers GET /rooms?room=N with messages until the visitor goes.
func (h *hub) listen(w http.ResponseWriter, r *http.Request) {
	var room int
	fmt.Sscan(r.URL.Query().Get("room"), &room)
	w.Header().Set("Content-Type", "text/event-stream")
	m := h.join(room)
	defer h.part(m)
	for {
		select {
		case frame := <-m.frames:
			w.Write(frame)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// visit looks into a room for a moment, goes, and looks into another.
func visit(base string, visitor int) {
	for round := 0; ; round++ {
		ctx, hangUp := context.WithTimeout(context.Background(), stay)
		address := fmt.Sprintf("%s/rooms?room=%d", base, (visitor+round)%rooms)
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if answer, err := http.DefaultClient.Do(request); err == nil {
			for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
				continue
			}
			answer.Body.Close()
		}
		hangUp()
	}
}

func (h *hub) talk() {
	for range time.Tick(talkEvery) {
		text := fmt.Sprintf("it is %s here, and the tide is coming in over the flats", time.Now().Format(time.RFC850))
		h.say(message{room: rand.Intn(rooms), text: text})
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("presence listening on %s", base)
	h := &hub{members: map[*member]bool{}}
	for n := 0; n < rooms*recent; n++ {
		h.say(message{room: n % rooms, text: fmt.Sprintf("message %d of yesterday, kept for those who come in late", n)})
	}
	http.HandleFunc("/rooms", h.listen)
	go h.talk()
	for visitor := 0; visitor < visitors; visitor++ {
		go visit(base, visitor)
	}
	log.Fatal(http.Serve(listener, nil))
}
