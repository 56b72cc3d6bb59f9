//go:build !go1.25

package main

import (
	"log"
	"os"
)

// flight: none before Go 1.25.
func flight(file *os.File, work func()) { log.Fatal("no flight recorder in this version of Go") }
