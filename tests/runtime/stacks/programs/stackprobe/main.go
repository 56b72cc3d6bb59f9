// Stackprobe tells how its own stacks grow and shrink, as one JSON value. A PLACE is a recursion of
// frames.go and how many calls it makes within the first one: f64:1000.
//
//	stackprobe grow PLACE…                  where the stack grew on the way down, and to what
//	stackprobe park COUNT PLACE             StackInuse of so many goroutines that wait at a place
//	stackprobe shrink COLLECTIONS PLACE WAY the size after each collection
//	stackprobe start PLACE DEEP SHALLOW     the adapted start size, and who gets it
//	stackprobe mix COLLECTIONS COUNT/PLACE/PLACE…  groups, collections, and a second generation
//	stackprobe cost ROUNDS PLACE…           time of a descent with growths and without
//	stackprobe peak PLACE                   the most that was resident, before and after
//	stackprobe overflow NAME BYTES          recursion without end under debug.SetMaxStack
//
// Set GOGC=off: only the collections that it asks for may look at its stacks.
package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
)

func main() {
	told := map[string]func([]string) any{
		"grow": grow, "park": park, "shrink": shrink, "start": start, "mix": mix,
		"cost": cost, "peak": peak, "overflow": overflow,
	}[os.Args[1]](os.Args[2:])
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		panic(err)
	}
}

// place is a recursion and how deep to go.
func place(argument string) (recursion, int) {
	name, depth, _ := strings.Cut(argument, ":")
	return recursions[name], number(depth)
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

//go:noinline
func nothing() {}
