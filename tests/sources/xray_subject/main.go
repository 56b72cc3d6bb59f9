// Says its own figures when asked, without allocating, so that they can be compared with what is
// read from outside at the same quiet moment. With "churn" it allocates as fast as it can instead.
package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"syscall"
)

const kept = 20000

var (
	held  [kept]*[200]byte
	large [4][]byte
	out   [8192]byte
	stats runtime.MemStats
	sunk  [8][]byte
	names = []string{"/gc/gogc:percent", "/gc/gomemlimit:bytes", "/gc/heap/live:bytes",
		"/gc/heap/goal:bytes", "/gc/limiter/last-enabled:gc-cycle", "/memory/classes/total:bytes",
		"/memory/classes/heap/stacks:bytes", "/sched/goroutines:goroutines",
		"/sched/gomaxprocs:threads", "/gc/scan/globals:bytes", "/gc/scan/stack:bytes",
		"/cpu/classes/gc/mark/assist:cpu-seconds", "/cpu/classes/gc/mark/dedicated:cpu-seconds",
		"/cpu/classes/gc/mark/idle:cpu-seconds", "/cpu/classes/gc/pause:cpu-seconds"}
)

func main() {
	gogc, _ := strconv.Atoi(os.Args[2])
	limit, _ := strconv.ParseInt(os.Args[3], 10, 64)
	debug.SetGCPercent(gogc)
	debug.SetMemoryLimit(limit)
	for i := range held {
		held[i] = new([200]byte)
	}
	for i := range large {
		large[i] = make([]byte, 1<<20)
		large[i][0] = 1
	}
	for i := 0; i < 57; i++ {
		go func() { select {} }()
	}
	if os.Args[1] == "churn" {
		for i := range sunk {
			go churn(i)
		}
	}
	answer()
}

func churn(worker int) {
	for i := 0; ; i++ {
		size := 16 << (i % 9)
		if i%97 == 0 {
			size = 100 << 10
		}
		sunk[worker] = make([]byte, size)
		sunk[worker][0] = 1
		if i%64 == 0 {
			held[(i/64*31+worker)%kept] = new([200]byte)
		}
	}
}

func answer() {
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	var command [1]byte
	runtime.GC()
	debug.FreeOSMemory()
	for i := 0; ; i++ {
		if i > 0 {
			if n, _ := syscall.Read(0, command[:]); n != 1 {
				return
			}
		}
		if command[0] == 'c' {
			runtime.GC()
		}
		metrics.Read(samples)
		runtime.ReadMemStats(&stats)
		tell(samples)
	}
}

func tell(samples []metrics.Sample) {
	line := out[:0]
	for _, one := range samples {
		if one.Value.Kind() == metrics.KindUint64 {
			line = put(line, one.Name, one.Value.Uint64())
		}
		if one.Value.Kind() == metrics.KindFloat64 { // seconds; the runtime counts nanoseconds
			line = put(line, one.Name, uint64(math.Round(one.Value.Float64()*1e9)))
		}
	}
	line = put(line, "HeapAlloc", stats.HeapAlloc)
	line = put(line, "TotalAlloc", stats.TotalAlloc)
	line = put(line, "Sys", stats.Sys)
	line = put(line, "Mallocs", stats.Mallocs)
	line = put(line, "Frees", stats.Frees)
	line = put(line, "HeapSys", stats.HeapSys)
	line = put(line, "HeapIdle", stats.HeapIdle)
	line = put(line, "HeapInuse", stats.HeapInuse)
	line = put(line, "HeapReleased", stats.HeapReleased)
	line = put(line, "HeapObjects", stats.HeapObjects)
	line = put(line, "StackInuse", stats.StackInuse)
	line = put(line, "StackSys", stats.StackSys)
	line = put(line, "MSpanInuse", stats.MSpanInuse)
	line = put(line, "MSpanSys", stats.MSpanSys)
	line = put(line, "MCacheInuse", stats.MCacheInuse)
	line = put(line, "MCacheSys", stats.MCacheSys)
	line = put(line, "BuckHashSys", stats.BuckHashSys)
	line = put(line, "GCSys", stats.GCSys)
	line = put(line, "OtherSys", stats.OtherSys)
	line = put(line, "NextGC", stats.NextGC)
	line = put(line, "LastGC", stats.LastGC)
	line = put(line, "PauseTotalNs", stats.PauseTotalNs)
	line = put(line, "NumGC", uint64(stats.NumGC))
	line = put(line, "NumForcedGC", uint64(stats.NumForcedGC))
	line = put(line, "GCCPUFractionBits", math.Float64bits(stats.GCCPUFraction))
	line = put(line, "NumGoroutine", uint64(runtime.NumGoroutine()))
	line = append(line, '\n')
	syscall.Write(1, line)
}

func put(line []byte, name string, value uint64) []byte {
	line = append(line, name...)
	line = append(line, ' ')
	line = strconv.AppendUint(line, value, 10)
	return append(line, ';')
}
