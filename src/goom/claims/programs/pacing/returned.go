package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"time"
)

type dropped struct {
	BusyRatio        float64 `json:"busy_released_ratio"`
	ReturnedFraction float64 `json:"returned_fraction"`
	Seconds          float64 `json:"seconds"`
	RSSBefore        uint64  `json:"rss_before_bytes"`
	RSSAfter         uint64  `json:"rss_after_bytes"`
}

const (
	patience  = 10 * time.Second
	nearlyAll = 0.9

	looksPerCycle = 20 // a program that is not quite idle: where none collects, nothing is paced anew
)

// drop works steadily, lets its live set go, and waits for the background scavenger with now and
// then a collection.
func drop(numbers []int) any {
	keep(numbers[0])
	found := dropped{}
	var ratios []float64
	for done := 0; done < 4*numbers[0]; done++ {
		waste(1, 0)
		inUse := read("/memory/classes/heap/objects:bytes") + read("/memory/classes/heap/unused:bytes")
		released := read("/memory/classes/heap/released:bytes")
		ratios = append(ratios, float64(released)/float64(inUse))
	}
	sort.Float64s(ratios)
	found.BusyRatio = ratios[len(ratios)/2]
	found.RSSBefore = rss()
	held := resident()
	kept = nil
	began := time.Now()
	for looks := 0; ; looks++ {
		if looks%looksPerCycle < 2 { // two: the scavenger spares what was full in the cycle before
			runtime.GC()
		}
		time.Sleep(50 * time.Millisecond)
		found.ReturnedFraction = 1 - float64(resident())/float64(held)
		found.Seconds = time.Since(began).Seconds()
		if found.ReturnedFraction >= nearlyAll || time.Since(began) > patience {
			break
		}
	}
	found.RSSAfter = rss()
	return found
}

// resident is what of the heap has pages behind it, used or not.
func resident() uint64 {
	return read("/memory/classes/heap/objects:bytes") + read("/memory/classes/heap/unused:bytes") +
		read("/memory/classes/heap/free:bytes")
}

func rss() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kib uint64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		panic(err)
	}
	return kib << 10
}
