// Keeps, drops and leaks memory in the ways that the pacer is spoken about, and prints what the
// runtime counted, as one JSON object.
//
//	pacing steady LIVE_MIB CHURN_MIB N [MS]  N goroutines make garbage beside a live set
//	pacing startup LIVE_MIB GOGC WASTE  builds a live set, with WASTE times as much garbage
//	pacing spike LIVE_MIB RISE_MIB      adds to a live set that has been there for long
//	pacing drop LIVE_MIB                drops its live set, waits until the memory is returned
//	pacing leak LIVE_MIB                keeps ever more, with as much garbage on the way
//	pacing rise MIB STEP_MIB            grows by a step each 100 ms, to the end or to a kill
//	pacing untouched MIB                allocates so much at once and never writes to it
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"time"
)

// record takes 128 bytes, of which one word is a pointer.
type record struct {
	next *record
	data [15]uint64
}

const (
	mib       = 1 << 20
	recordsMB = mib / 128
)

var (
	kept [][]*record
	sink [16]*record
)

func main() {
	commands := map[string]func([]int) any{
		"steady": steady, "startup": startup, "spike": spike, "drop": drop,
		"leak": leak, "rise": rise, "untouched": untouched,
	}
	var numbers []int
	for _, word := range os.Args[2:] {
		number, err := strconv.Atoi(word)
		if err != nil {
			panic(err)
		}
		numbers = append(numbers, number)
	}
	printed, err := json.Marshal(commands[os.Args[1]](numbers))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(printed))
	runtime.KeepAlive(kept)
}

// keep adds so many MiB of records to the live set, all written to, each MiB in a table of its own.
func keep(size int) {
	for made := 0; made < size; made++ {
		table := make([]*record, recordsMB)
		for place := range table {
			table[place] = fresh()
		}
		kept = append(kept, table)
		time.Sleep(rest)
	}
}

// waste makes so many MiB of records that nothing keeps.
func waste(size, slot int) {
	for made := 0; made < size*recordsMB; made++ {
		sink[slot] = fresh()
	}
	sink[slot] = nil
}

func fresh() *record {
	made := &record{}
	made.data[3] = 1
	return made
}

func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// underLimit is what GOMEMLIMIT counts: all that is mapped and not given back.
func underLimit() uint64 {
	return read("/memory/classes/total:bytes") - read("/memory/classes/heap/released:bytes")
}
