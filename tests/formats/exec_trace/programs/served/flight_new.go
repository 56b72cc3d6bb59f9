//go:build go1.25

package main

import (
	"log"
	"os"
	"runtime/trace"
	"time"
)

// flight records all the time and writes what is left of it at the end.
func flight(file *os.File, work func()) {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Second})
	if err := recorder.Start(); err != nil {
		log.Fatal(err)
	}
	work()
	if _, err := recorder.WriteTo(file); err != nil {
		log.Fatal(err)
	}
	recorder.Stop()
	file.Close()
}
