// Orders allocates in every way that goom tells apart, and writes its own profiles.
//
//	orders FOLDER ROUNDS
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"
)

type Order struct {
	ID    int
	Name  string
	Items []string
	Meta  map[string]int
}

var sink any
var sinkS string
var sinkB []byte
var sinkI []int
var sinkM map[int]int
var sinkMS map[string]int
var mu sync.Mutex

//go:noinline
func collect(n int) []int {
	var out []int
	for i := 0; i < n; i++ {
		out = append(out, i)
	}
	return out
}

//go:noinline
func collectInlinedAppend(n int) []Order {
	var out []Order
	for i := 0; i < n; i++ {
		out = append(out, Order{ID: i})
	}
	return out
}

//go:noinline
func build(n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		b.WriteString("hello")
	}
	return b.String()
}

//go:noinline
func buffer(n int) []byte {
	var b bytes.Buffer
	for i := 0; i < n; i++ {
		b.WriteString("hello")
	}
	return b.Bytes()
}

//go:noinline
func concat(n int) string {
	s := ""
	for i := 0; i < n; i++ {
		s += "hello"
	}
	return s
}

//go:noinline
func fillMap(n int) map[int]int {
	m := map[int]int{}
	for i := 0; i < n; i++ {
		m[i] = i
	}
	return m
}

//go:noinline
func fillMapS(n int, keys []string) map[string]int {
	m := make(map[string]int)
	for i := 0; i < n; i++ {
		m[keys[i]] = i
	}
	return m
}

//go:noinline
func toString(b []byte) string { return string(b) }

//go:noinline
func toBytes(s string) []byte { return []byte(s) }

//go:noinline
func box(i int) any { return i }

//go:noinline
func boxStruct(o Order) any { return o }

//go:noinline
func format(i int) string { return fmt.Sprintf("order-%d-%s", i, "x") }

//go:noinline
func encode(o *Order) []byte { b, _ := json.Marshal(o); return b }

//go:noinline
func decode(b []byte) *Order { var o Order; json.Unmarshal(b, &o); return &o }

var pool = sync.Pool{New: func() any { b := make([]byte, 65536); return &b }}

//go:noinline
func poolMisuse() { b := pool.Get().(*[]byte); sink = b }

//go:noinline
func readAll(b []byte) []byte { r, _ := io.ReadAll(bytes.NewReader(b)); return r }

//go:noinline
func match(s string) bool { return regexp.MustCompile(`a(b|c)+d`).MatchString(s) }

//go:noinline
func waitAfter() {
	select {
	case <-time.After(time.Hour):
	default:
	}
}

//go:noinline
func newOrder(i int) *Order { return &Order{ID: i} }

//go:noinline
func makeBuf(n int) []byte { return make([]byte, n) }

//go:noinline
func split(s string) []string { return strings.Split(s, ",") }

//go:noinline
func closure(i int) func() int { return func() int { i++; return i } }

func main() {
	folder := os.Args[1]
	rounds, _ := strconv.Atoi(os.Args[2])
	f, _ := os.Create(folder + "/cpu.pb.gz")
	pprof.StartCPUProfile(f)
	keys := make([]string, 5000)
	for i := range keys {
		keys[i] = fmt.Sprint("key", i)
	}
	big := bytes.Repeat([]byte("abcdefgh,"), 1000)
	o := &Order{ID: 1, Name: "x", Items: []string{"a", "b", "c"}, Meta: map[string]int{"a": 1}}
	js := encode(o)
	for i := 0; i < rounds; i++ {
		sinkI = collect(5000)
		sink = collectInlinedAppend(1000)
		sinkS = build(5000)
		sinkB = buffer(5000)
		sinkS = concat(300)
		sinkM = fillMap(1000)
		sinkMS = fillMapS(1000, keys)
		for j := 0; j < 20; j++ {
			sinkS = toString(big)
			sinkB = toBytes(sinkS)
			sink = newOrder(j)
			sinkB = makeBuf(1000 + j)
		}
		for j := 0; j < 2000; j++ {
			sink = box(1000 + j)
			sink = boxStruct(*o)
			sinkS = format(j)
		}
		for j := 0; j < 200; j++ {
			sinkB = encode(o)
			sink = decode(js)
			waitAfter()
			sink = closure(j)
		}
		for j := 0; j < 4; j++ {
			poolMisuse()
		}
		sinkB = readAll(big)
		match("abcbcd")
		sink = split(string(big))
	}
	pprof.StopCPUProfile()
	f.Close()
	done := make(chan bool)
	for i := 0; i < 10; i++ {
		go func() { <-done }()
	}
	go func() { runtime.LockOSThread(); select {} }()
	pprof.Do(context.Background(), pprof.Labels("svc", "x y"), func(context.Context) { go func() { mu.Lock(); mu.Lock() }() })
	time.Sleep(100 * time.Millisecond)
	runtime.GC()
	for _, name := range []string{"heap", "allocs", "goroutine", "threadcreate", "goroutineleak"} {
		p := pprof.Lookup(name)
		if p == nil {
			continue
		}
		for d := 0; d < 3; d++ {
			g, _ := os.Create(folder + "/" + name + [3]string{".pb.gz", ".debug1.txt", ".debug2.txt"}[d])
			p.WriteTo(g, d)
			g.Close()
		}
	}
}
