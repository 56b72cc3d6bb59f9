// Command invoices renders invoices as print-ready pages. Most have a page or two; a wholesaler's
// statement at the end of the month has hundreds.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"strconv"
	"time"
)

const (
	pageBytes   = 16 << 10
	perPage     = 9 * time.Millisecond // layout, fonts, hyphenation
	usualPages  = 2
	largePages  = 220
	clerks      = 6
	quietSpell  = 15 * time.Second
	statements  = 90
	betweenSent = 60 * time.Millisecond
)

// document is an invoice being laid out: all pages, as the totals go onto the first one.
type document struct {
	number int
	pages  []*bytes.Buffer
}

func (d *document) layOut(count int) {
	for n := 0; n < count; n++ {
		page := &bytes.Buffer{}
		page.Grow(pageBytes)
		for line := 0; page.Len() < pageBytes-128; line++ {
			fmt.Fprintf(page, "BT /F1 9 Tf 72 %d Td (%06d  item %04d  carton of 12  net %d.%02d) Tj ET\n",
				720-line%60*11, d.number, line, line*3, line%100)
		}
		d.pages = append(d.pages, page)
		time.Sleep(perPage)
	}
}

func (d *document) print(w io.Writer) error {
	for n, page := range d.pages {
		if _, err := fmt.Fprintf(w, "%%page %d of %d\n", n+1, len(d.pages)); err != nil {
			return err
		}
		if _, err := w.Write(page.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

type office struct {
	desks desks
}

// render answers GET /invoice?number=N&pages=N.
func (o *office) render(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.URL.Query().Get("number"))
	pages, _ := strconv.Atoi(r.URL.Query().Get("pages"))
	if pages < 1 || pages > 2000 {
		http.Error(w, "pages: 1 to 2000", http.StatusBadRequest)
		return
	}
	o.desks.sit(pages)
	defer o.desks.rise(pages)
	d := &document{number: number}
	d.layOut(pages)
	if err := d.print(w); err != nil {
		log.Printf("invoice %d: %v", number, err)
	}
}

func fetch(base string, number, pages int) {
	answer, err := http.Get(fmt.Sprintf("%s/invoice?number=%d&pages=%d", base, number, pages))
	if err == nil {
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}

// clerk prints small invoices all day.
func clerk(base string, desk int) {
	for number := desk; ; number += clerks {
		fetch(base, number, usualPages)
		time.Sleep(150 * time.Millisecond)
	}
}

// monthEnd asks for all wholesale statements, one shortly after the other.
func monthEnd(base string) {
	for number := 0; number < statements; number++ {
		go fetch(base, 900_000+number, largePages)
		time.Sleep(betweenSent)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("invoices listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = clerks
	http.HandleFunc("/invoice", (&office{desks: newDesks()}).render)
	for desk := 0; desk < clerks; desk++ {
		go clerk(base, desk)
	}
	time.AfterFunc(quietSpell, func() { monthEnd(base) })
	log.Fatal(http.Serve(listener, nil))
}
