// Has package-level variables, filled before main begins or never written to.
//
//	globals    FILL_MIB=N in the environment: what init fills
package main

import (
	"fmt"
	"os"
	"strconv"
)

type entry struct {
	next *entry
	data [15]uint64
}

const entriesPerMiB = 1 << 20 / 128

// unwritten is 256 MiB of zeros in the binary's bss: address space, and no page behind it.
var unwritten [256 << 20]byte

var table = fill(os.Getenv("FILL_MIB"))

func fill(size string) (first *entry) {
	mib, _ := strconv.Atoi(size)
	for made := 0; made < mib*entriesPerMiB; made++ {
		first = &entry{next: first}
		first.data[3] = 1
	}
	return first
}

func main() {
	count := 0
	for one := table; one != nil; one = one.next {
		count++
	}
	fmt.Printf("{\"entries\": %d, \"first_unwritten\": %d}\n", count, unwritten[len(os.Args)])
}
