//go:build next

package main

import (
	"bytes"
	"sync"
)

const largestKept = 64 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func takeBuffer() *bytes.Buffer {
	return buffers.Get().(*bytes.Buffer)
}

// giveBack keeps buffers of the usual size for the next report, and leaves the others to the
// collector.
func giveBack(report *bytes.Buffer) {
	if report.Cap() > largestKept {
		return
	}
	report.Reset()
	buffers.Put(report)
}
