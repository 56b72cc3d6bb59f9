package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

type resident struct {
	Before int `json:"before"` // the most that was resident so far, bytes
	After  int `json:"after"`  // the same after the descent
}

// peak goes down once and tells by how much the most that was resident grew.
func peak(arguments []string) any {
	descend, depth := place(arguments[0])
	told := resident{Before: mostResident()}
	done := make(chan grown)
	go descendOnce(descend, depth, done)
	<-done
	told.After = mostResident()
	return told
}

func mostResident() int {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		panic(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "VmHWM:") {
			kib := 0
			if _, err := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kib); err != nil {
				panic(err)
			}
			return kib << 10
		}
	}
	panic("no VmHWM")
}
