// Joins strings and fills slices, with room made beforehand and without, and prints how much was
// allocated on the way.
//
//	copies builder PIECES   joins so many pieces of 10 bytes with a strings.Builder
//	copies loops ROUNDS     makes a slice in a loop, or once before it
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

var (
	keptText  string
	keptBytes []byte
)

type counted struct {
	Objects uint64    `json:"objects"`
	Bytes   uint64    `json:"bytes"`
	Seconds []float64 `json:"seconds"` // of each turn
}

func main() {
	number, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	found := map[string]counted{}
	switch os.Args[1] {
	case "builder":
		debug.SetGCPercent(-1) // the collector allocates a little itself
		runtime.GOMAXPROCS(1)
		builders(found, number)
	case "loops":
		loops(found, number)
	}
	printed, err := json.Marshal(found)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(printed))
}

// count runs the work twice and tells what the second took.
func count(work func()) counted {
	var before, after runtime.MemStats
	work()
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	work()
	seconds := time.Since(began).Seconds()
	runtime.ReadMemStats(&after)
	return counted{
		after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc, []float64{seconds},
	}
}

const piece = "ten bytes!"

func builders(found map[string]counted, pieces int) {
	found["unprepared"] = count(func() {
		var b strings.Builder
		write(&b, pieces)
		keptText = b.String()
	})
	found["grown"] = count(func() {
		var b strings.Builder
		b.Grow(pieces * len(piece))
		write(&b, pieces)
		keptText = b.String()
	})
	found["grown_when_full"] = count(func() { // one Builder for both, as the article prints it
		var b strings.Builder
		write(&b, pieces)
		b.Grow(pieces * len(piece))
		write(&b, pieces)
		keptText = b.String()
	})
	found["grown_when_full_length"] = counted{Bytes: uint64(len(keptText)), Seconds: []float64{}}
}

func write(b *strings.Builder, pieces int) {
	for made := 0; made < pieces; made++ {
		b.WriteString(piece)
	}
}

const (
	items = 16
	turns = 9
)

// loops lets the ways take turns; one round of each is a turn.
func loops(found map[string]counted, rounds int) {
	ways := map[string]func(){
		"made_in_loop": func() {
			for round := 0; round < rounds; round++ {
				fill(make([]byte, 0, 64*items))
			}
		},
		"grown_in_loop": func() {
			for round := 0; round < rounds; round++ {
				fill(nil)
			}
		},
		"made_once": func() {
			buffer := make([]byte, 0, 64*items)
			for round := 0; round < rounds; round++ {
				fill(buffer[:0])
			}
		},
	}
	for turn := 0; turn < turns; turn++ {
		for name, way := range ways {
			taken := count(way)
			taken.Seconds = append(found[name].Seconds, taken.Seconds...)
			found[name] = taken
		}
	}
}

//go:noinline
func fill(buffer []byte) {
	var item [64]byte
	for number := 0; number < items; number++ {
		item[0] = byte(number)
		buffer = append(buffer, item[:]...)
	}
	keptBytes = buffer
}
