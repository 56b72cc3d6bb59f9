// Package main links what a service links, so that every type of the runtime has its DWARF.
package main

import (
	"net/http"
	_ "net/http/pprof"
	"runtime/debug"
	"runtime/metrics"
)

func main() {
	debug.SetGCPercent(debug.SetGCPercent(100))
	metrics.Read([]metrics.Sample{{Name: metrics.All()[0].Name}})
	_ = http.ListenAndServe("127.0.0.1:0", nil)
}
