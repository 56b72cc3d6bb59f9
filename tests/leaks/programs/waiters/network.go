package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"sync"
	"time"
)

func init() {
	ways["body-left-open"] = bodyLeftOpen
	ways["silent-peers"] = silentPeers
	ways["open-each-time"] = openEachTime
	ways["stuck-handlers"] = stuckHandlers
	ways["keep-alive-server"] = keepAliveServer
	ways["keep-alive-client"] = keepAliveClient
	ways["database-pool"] = databasePool
	ways["long-lived"] = longLived
}

// bodyLeftOpen asks a service and never closes what it answers.
func bodyLeftOpen(pace time.Duration) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, 64<<10))
	}))
	every(pace, func(n int) { checkStock(service.URL) })
}

func checkStock(url string) bool {
	answer, err := http.Get(url)
	if err != nil {
		return false
	}
	return answer.StatusCode == http.StatusOK
}

// silentPeers serves connections without a deadline; the peers have gone silent.
func silentPeers(pace time.Duration) {
	listener := listen()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serveDevice(connection)
		}
	}()
	var kept sync.Map
	every(pace, func(n int) {
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			kept.Store(n, connection)
		}
	})
}

func serveDevice(connection net.Conn) {
	buffer := make([]byte, 512)
	for {
		if _, err := connection.Read(buffer); err != nil {
			return
		}
	}
}

// openEachTime opens a database for each request, and closes none.
func openEachTime(pace time.Duration) {
	sql.Register("fake", fake{})
	every(pace, func(n int) { lookUp() })
}

func lookUp() error {
	database, err := sql.Open("fake", "")
	if err != nil {
		return err
	}
	return database.Ping()
}

// stuckHandlers waits, in a handler, for a reply that is lost one time in three.
func stuckHandlers(pace time.Duration) {
	service := httptest.NewServer(http.HandlerFunc(confirm))
	every(pace, func(n int) {
		client := http.Client{}
		answer, err := client.Get(service.URL)
		if err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	})
}

var confirmations sync.Map

func confirm(w http.ResponseWriter, r *http.Request) {
	reply := make(chan bool)
	confirmations.Store(r.RemoteAddr, reply)
	if time.Now().UnixNano()/1000%3 != 0 {
		go func() { reply <- true }()
	}
	<-reply
	w.WriteHeader(http.StatusNoContent)
}

// keepAliveServer has 400 clients that connect one by one and then stay, idle.
func keepAliveServer(pace time.Duration) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	go func() {
		for n := 0; n < 400; n++ {
			client := http.Client{Transport: &http.Transport{}}
			if answer, err := client.Get(service.URL); err == nil {
				answer.Body.Close()
			}
			time.Sleep(pace / 2)
		}
	}()
}

// keepAliveClient keeps at most 100 idle connections to a service.
func keepAliveClient(pace time.Duration) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(100 * time.Millisecond)
	}))
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	go func() {
		for n := 1; ; n++ {
			for range make([]struct{}, min(2*n, 100)) {
				go func() {
					if answer, err := client.Get(service.URL); err == nil {
						answer.Body.Close()
					}
				}()
			}
			time.Sleep(200 * time.Millisecond)
		}
	}()
}

type fake struct{}

func (fake) Open(string) (driver.Conn, error)    { return fake{}, nil }
func (fake) Prepare(string) (driver.Stmt, error) { return nil, errors.New("none") }
func (fake) Close() error                        { return nil }
func (fake) Begin() (driver.Tx, error)           { return fake{}, nil }
func (fake) Commit() error                       { time.Sleep(20 * time.Millisecond); return nil }
func (fake) Rollback() error                     { return nil }

// databasePool shares one pool between all requests.
func databasePool(pace time.Duration) {
	sql.Register("fake", fake{})
	database, err := sql.Open("fake", "")
	if err != nil {
		log.Fatal(err)
	}
	database.SetMaxOpenConns(20)
	every(pace/4, func(n int) {
		transaction, err := database.BeginTx(context.Background(), nil)
		if err == nil {
			transaction.Commit()
		}
	})
}

// longLived waits in all the ways that are right.
func longLived(pace time.Duration) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	go func() { <-signals; os.Exit(0) }()
	ctx, cancel := context.WithCancel(context.Background())
	keepCancel(cancel)
	for range make([]struct{}, 50) {
		listener := listen()
		go func() { listener.Accept() }()
		go func() { <-ctx.Done() }()
		go beat(time.NewTicker(time.Second))
	}
	var group sync.WaitGroup
	for range make([]struct{}, 200) {
		group.Add(1)
		go func() { defer group.Done(); <-ctx.Done() }()
	}
	go group.Wait()
	every(pace, func(n int) { work(10 * time.Millisecond) })
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return listener
}
