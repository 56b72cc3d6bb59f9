// Workloads that use the heap each in a way of its own: workloads NAME SECONDS.
//
// They are run with GODEBUG=gctrace=1,gcpacertrace=1; what they compute does not matter, only when
// they allocate, what they keep and what they drop.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strconv"
	"time"
)

const mib = 1 << 20

// A load is one run: when it is over, and its own chance, the same in every run.
type load struct {
	began, over time.Time
	chance      *rand.Rand
}

var workloads = map[string]func(*load){
	"steady":     steady,
	"ramp":       ramp,
	"surge":      surge,
	"sawtooth":   sawtooth,
	"bursty":     bursty,
	"forced":     forced,
	"small":      small,
	"tree":       trees,
	"noscan":     noscan,
	"large":      large,
	"cache":      cache,
	"text":       text,
	"fragments":  fragments,
	"goroutines": goroutines,
	"parallel":   parallel,
}

func main() {
	if len(os.Args) != 3 || workloads[os.Args[1]] == nil {
		names := make([]string, 0, len(workloads))
		for name := range workloads {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintln(os.Stderr, "usage: workloads NAME SECONDS; NAME is one of", names)
		os.Exit(2)
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "workloads:", err)
		os.Exit(2)
	}
	now := time.Now()
	over := now.Add(time.Duration(seconds * float64(time.Second)))
	workloads[os.Args[1]](&load{now, over, rand.New(rand.NewSource(1))})
}

// goes tells whether there is time left; cheap enough to be asked every few hundred allocations.
func (l *load) goes() bool { return time.Now().Before(l.over) }

// part is how much of the run is over, from 0 to 1.
func (l *load) part() float64 {
	return float64(time.Since(l.began)) / float64(l.over.Sub(l.began))
}
