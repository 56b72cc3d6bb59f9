// Leaks goroutines that wait for a ticker, stops the tickers, and tells what remains.
//
//	tickers COUNT
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"time"
)

var (
	tickers []*time.Ticker
	ticks   = make(chan bool, 1)
	started atomic.Int64
)

func wait(ticker *time.Ticker) {
	started.Add(1)
	for range ticker.C {
		select {
		case ticks <- true:
		default:
		}
	}
}

func main() {
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	tickers = make([]*time.Ticker, count)
	before, goroutines := stats(), runtime.NumGoroutine()
	for i := range tickers {
		tickers[i] = time.NewTicker(time.Hour)
		go wait(tickers[i])
	}
	for started.Load() < int64(count) { // on a busy machine that takes a while
		time.Sleep(time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	after := stats()
	facts := map[string]any{
		"heap_growth_bytes":              after.HeapAlloc - before.HeapAlloc,
		"stack_growth_bytes":             after.StackInuse - before.StackInuse,
		"sys_less_heap_sys_growth_bytes": after.Sys - after.HeapSys - before.Sys + before.HeapSys,
		"sys_growth_bytes":               after.Sys - before.Sys,
		"leaked_goroutines":              runtime.NumGoroutine() - goroutines,
		"states":                         states(),
		"reported_before_stop":           reported(),
	}
	for _, ticker := range tickers {
		ticker.Stop()
	}
	tickers = nil
	time.Sleep(200 * time.Millisecond)
	runtime.GC()
	time.Sleep(100 * time.Millisecond)
	facts["goroutines_after_stop"] = runtime.NumGoroutine() - goroutines
	facts["reported_after_stop"] = reported()
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

func stats() (found runtime.MemStats) {
	runtime.GC()
	runtime.ReadMemStats(&found)
	return found
}

// states counts the goroutines of a dump by what they wait for.
func states() map[string]int {
	var dump bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&dump, 2); err != nil {
		panic(err)
	}
	found := map[string]int{}
	for _, match := range regexp.MustCompile(`goroutine \d+ \[([a-z ]+)`).FindAllStringSubmatch(dump.String(), -1) {
		found[match[1]]++
	}
	return found
}

// reported is what Go's own profile of leaked goroutines counts; -1 where there is none.
func reported() int {
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		return -1
	}
	var page bytes.Buffer
	if err := profile.WriteTo(&page, 0); err != nil {
		panic(err)
	}
	return profile.Count()
}
