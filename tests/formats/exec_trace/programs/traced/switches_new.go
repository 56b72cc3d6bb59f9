//go:build go1.23

package main

import "iter"

// switches: goroutines that hand over to each other directly.
func switches(rounds int) {
	for round := 0; round < 20*rounds; round++ {
		next, stop := iter.Pull(func(yield func(int) bool) {
			for value := 0; value < 50; value++ {
				if !yield(value) {
					return
				}
			}
		})
		for pulled := 0; pulled < 30+round; pulled++ {
			if _, more := next(); !more {
				break
			}
		}
		stop()
		sinks[round%64] = tree(8)
	}
}
