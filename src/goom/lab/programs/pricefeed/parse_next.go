//go:build next

package main

import "bytes"

// parse reads one message; the symbol shares the bytes of the line.
func parse(line []byte) (update, bool) {
	_, line, ok := bytes.Cut(line, []byte("|"))
	if !ok {
		return update{}, false
	}
	symbol, line, _ := bytes.Cut(line, []byte("|"))
	price, line, _ := bytes.Cut(line, []byte("|"))
	size, _, ok := bytes.Cut(line, []byte("|"))
	return update{symbol, number(price), number(size)}, ok
}

func number(digits []byte) int64 {
	var n int64
	for _, digit := range digits {
		n = n*10 + int64(digit-'0')
	}
	return n
}
