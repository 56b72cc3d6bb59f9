// Command reportapi renders sales reports as CSV. A report is rendered into a buffer first, so that
// its length is known when the answer begins; buffers are used again.
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
	"strconv"
	"time"
)

const (
	usualRows = 60
	yearRows  = 36_000
	oneInYear = 120
	readers   = 64
	chunk     = 32 << 10
	perChunk  = time.Millisecond // the line to the customer
	latency   = 120 * time.Millisecond
)

func render(report *bytes.Buffer, rows int) {
	report.WriteString("day,branch,article,sold,revenue\n")
	for n := 0; n < rows; n++ {
		report.WriteString("2024-")
		report.WriteString(strconv.Itoa(1 + n%12))
		report.WriteString(",branch ")
		report.WriteString(strconv.Itoa(n % 83))
		report.WriteString(",article number ")
		report.WriteString(strconv.Itoa(100_000 + n))
		report.WriteString(",")
		report.WriteString(strconv.Itoa(n * 7 % 500))
		report.WriteString(",")
		report.WriteString(strconv.Itoa(n * 1999 % 100_000))
		report.WriteString("\n")
	}
}

// send writes a report as fast as the customer takes it.
func send(w io.Writer, report []byte) {
	time.Sleep(latency)
	for len(report) > 0 {
		n := min(chunk, len(report))
		if _, err := w.Write(report[:n]); err != nil {
			return
		}
		report = report[n:]
		time.Sleep(perChunk)
	}
}

// sales answers GET /sales?rows=N.
func sales(w http.ResponseWriter, r *http.Request) {
	rows, err := strconv.Atoi(r.URL.Query().Get("rows"))
	if err != nil || rows < 0 || rows > yearRows {
		http.Error(w, "rows: 0 to 36000", http.StatusBadRequest)
		return
	}
	report := takeBuffer()
	defer giveBack(report)
	render(report, rows)
	w.Header().Set("Content-Length", strconv.Itoa(report.Len()))
	send(w, report.Bytes())
}

// read asks for the report of a day, and once in a while for that of the year.
func read(base string, reader int) {
	dice := rand.New(rand.NewSource(int64(reader)))
	for {
		rows := usualRows + dice.Intn(usualRows)
		if dice.Intn(oneInYear) == 0 {
			rows = yearRows
		}
		answer, err := http.Get(fmt.Sprintf("%s/sales?rows=%d", base, rows))
		if err == nil {
			io.Copy(io.Discard, answer.Body)
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
	log.Printf("reportapi listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = readers
	http.HandleFunc("/sales", sales)
	for reader := 0; reader < readers; reader++ {
		go read(base, reader)
	}
	log.Fatal(http.Serve(listener, nil))
}
