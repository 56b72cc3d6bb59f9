// Package main links what a service links of the runtime, so that all of its types have DWARF.
package main

import (
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"runtime/pprof"
	"time"
)

func main() {
	debug.SetGCPercent(debug.SetGCPercent(100))
	metrics.Read([]metrics.Sample{{Name: metrics.All()[0].Name}})
	for _, name := range []string{"heap", "goroutine", "block", "mutex"} {
		_ = pprof.Lookup(name).WriteTo(io.Discard, 1)
	}
	timer := time.AfterFunc(time.Hour, func() { os.Exit(1) })
	timer.Stop()
}
