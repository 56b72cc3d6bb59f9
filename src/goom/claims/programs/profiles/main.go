// Decodes lines over and over, and prints its own heap and CPU profile.
//
//	profiles MILLISECONDS
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

type field struct {
	next *field
	name string
}

var (
	line string
	held []*field
)

func main() {
	runtime.MemProfileRate = 16 << 10
	milliseconds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	line = strings.Repeat("name ", 64)
	var cpu, heap bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		panic(err)
	}
	for end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond); time.Now().Before(end); {
		handleRequests(100)
	}
	pprof.StopCPUProfile()
	runtime.GC()
	if err := pprof.Lookup("heap").WriteTo(&heap, 0); err != nil {
		panic(err)
	}
	printed, err := json.Marshal(map[string][]byte{"cpu": cpu.Bytes(), "heap": heap.Bytes()})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(printed))
	runtime.KeepAlive(held)
}

func handleRequests(count int) {
	for number := 0; number < count; number++ {
		first := decode(line)
		if number == 0 {
			held = append(held, first)
		}
	}
}

//go:noinline
func decode(text string) *field {
	var first *field
	for _, name := range strings.Fields(text) {
		first = &field{first, name}
	}
	return first
}
