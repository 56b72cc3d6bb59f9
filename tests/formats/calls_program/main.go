// Command calls makes one of each call that goom looks for in an executable.
package main

import (
	"os"
	"runtime/debug"
	"sync"
	"syscall"
)

type store struct{ kept map[string][]byte }

//go:noinline
func (s *store) put(key string, value []byte) {
	s.kept[key] = value // keep
}

//go:noinline
func (s *store) remember(key string) {
	s.put(key, make([]byte, len(key)))
}

//go:noinline
func serve(s *store, key string) {
	s.remember(key)
}

var buffers = sync.Pool{New: func() any { return new([4096]byte) }}

//go:noinline
func borrow() byte {
	buffer := buffers.Get().(*[4096]byte) // get
	buffer[0]++
	first := buffer[0]
	buffers.Put(buffer) // put
	return first
}

//go:noinline
func mapped() []byte { // mmap
	data, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_READ, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	return data
}

//go:noinline
func limit() { // limit
	debug.SetMemoryLimit(1 << 30)
}

func main() {
	limit()
	s := &store{kept: map[string][]byte{}}
	serve(s, os.Args[0])
	println(borrow(), len(mapped()), len(s.kept))
}
