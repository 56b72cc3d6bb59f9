package main

import "time"

type spent struct {
	Growing []int64 `json:"growing"` // nanoseconds of a descent that grows the stack, by round
	Grown   []int64 `json:"grown"`   // and of the same descent again, on the stack that it left
}

// cost goes down each place twice in a fresh goroutine, round after round, by turns.
func cost(arguments []string) any {
	told := map[string]*spent{}
	for round := number(arguments[0]); round > 0; round-- {
		for _, argument := range arguments[1:] {
			if told[argument] == nil {
				told[argument] = &spent{}
			}
			done := make(chan int)
			go descendTwice(argument, told[argument], done)
			<-done
		}
	}
	return told
}

func descendTwice(argument string, told *spent, done chan int) {
	descend, depth := place(argument)
	count, last = 0, self().size()
	begun := time.Now()
	descend(0, depth, nothing)
	between := time.Now()
	descend(0, depth, nothing)
	ended := time.Now()
	told.Growing = append(told.Growing, between.Sub(begun).Nanoseconds())
	told.Grown = append(told.Grown, ended.Sub(between).Nanoseconds())
	close(done)
}
