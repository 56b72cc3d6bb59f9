//go:build !next

package main

import (
	"bytes"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func takeBuffer() *bytes.Buffer {
	return buffers.Get().(*bytes.Buffer)
}

func giveBack(report *bytes.Buffer) {
	report.Reset()
	buffers.Put(report)
}
