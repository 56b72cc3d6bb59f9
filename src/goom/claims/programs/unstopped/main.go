// Makes tickers, stops none, lets go of them, and tells what is left.
//
//	unstopped COUNT
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

var tickers []*time.Ticker

func main() {
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	tickers = make([]*time.Ticker, count)
	before, goroutines := objects(), runtime.NumGoroutine()
	for i := range tickers {
		tickers[i] = time.NewTicker(time.Hour)
	}
	held, started := objects(), runtime.NumGoroutine()
	for i := range tickers {
		tickers[i] = nil
	}
	printed, _ := json.Marshal(map[string]any{
		"objects_held":       held - before,
		"objects_dropped":    objects() - before,
		"goroutines_started": started - goroutines,
	})
	fmt.Println(string(printed))
}

func objects() int {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapObjects)
}
