//go:build unix

package main

import "syscall"

// block stays in the kernel so long that the P is taken away.
func block(round int) {
	if round%10 == 0 {
		pause := syscall.Timespec{Nsec: 300_000}
		syscall.Nanosleep(&pause, nil)
	}
}
