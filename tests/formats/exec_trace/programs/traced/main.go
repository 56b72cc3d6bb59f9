// Command traced does one kind of work under an execution trace: traced KIND FILE [ROUNDS].
package main

import (
	"fmt"
	"os"
	"runtime/trace"
	"strconv"
)

var kinds = map[string]func(rounds int){
	"assist":   assist,
	"handlers": handlers,
	"syscalls": syscalls,
	"stubborn": stubborn,
	"switches": switches,
	"profiled": profiled,
}

func main() {
	rounds := 1
	if len(os.Args) > 3 {
		rounds, _ = strconv.Atoi(os.Args[3])
	}
	work := kinds[os.Args[1]]
	prepare(os.Args[1])
	file, err := os.Create(os.Args[2])
	if err == nil {
		err = trace.Start(file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	work(rounds)
	trace.Stop()
	file.Close()
}
