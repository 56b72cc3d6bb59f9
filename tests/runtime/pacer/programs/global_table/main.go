// A large table of pointers among the globals: no part of the heap, but scanned in every cycle.
// global_table SECONDS.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"time"
)

type record struct {
	next  *record
	words [15]uint64
}

var (
	table        [3 << 20]*record // 24 MiB
	passing      *record
	passingBytes []byte
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: global_table SECONDS")
		os.Exit(2)
	}
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "global_table:", err)
		os.Exit(2)
	}
	chance := rand.New(rand.NewSource(1))
	var taken []int
	for i := 0; i < 250000; i++ {
		place := chance.Intn(len(table))
		table[place] = &record{words: [15]uint64{1: uint64(i)}}
		taken = append(taken, place)
	}
	over := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	for time.Now().Before(over) {
		for i := 0; i < 300; i++ {
			table[taken[chance.Intn(len(taken))]] = &record{words: [15]uint64{1: uint64(i)}}
		}
		for i := 0; i < 2000; i++ {
			passing = &record{words: [15]uint64{2: uint64(i)}}
			if i%4 == 0 {
				passingBytes = make([]byte, 4096)
			}
		}
	}
}
