//go:build go1.23

package main

import (
	"iter"
	"math/rand"
)

// Coroutines that stand at the same depth below one caller or the other, and switch all the time.
func pull() {
	for i := 0; i < 4; i++ {
		go func(chance *rand.Rand) {
			next, stop := iter.Pull(func(yield func(int) bool) {
				for {
					if chance.Intn(2) == 0 {
						yieldLeft(yield, chance.Intn(2))
					} else {
						yieldRight(yield, chance.Intn(2))
					}
				}
			})
			defer stop()
			for {
				next()
			}
		}(rand.New(rand.NewSource(int64(200 + i))))
	}
}

//go:noinline
func yieldLeft(yield func(int) bool, deep int) bool {
	if deep == 0 {
		return yield(1)
	}
	return yieldRight(yield, deep-1)
}

//go:noinline
func yieldRight(yield func(int) bool, deep int) bool {
	if deep == 0 {
		return yield(2)
	}
	return yieldLeft(yield, deep-1)
}
