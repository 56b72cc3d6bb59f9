// Command ebpfcgo keeps memory of C's malloc, in large pieces (mmap) and in small ones (brk).
package main

/*
#include <stdlib.h>
#include <string.h>

static char *grab(size_t size) {
	char *piece = malloc(size);
	memset(piece, 1, size);
	return piece;
}
*/
import "C"

import (
	"fmt"
	"os"
	"time"
	"unsafe"
)

var kept []unsafe.Pointer

//go:noinline
func keepLarge() { kept = append(kept, unsafe.Pointer(C.grab(300000))) }

//go:noinline
func keepSmall() { kept = append(kept, unsafe.Pointer(C.grab(3000))) }

//go:noinline
func release() { C.free(unsafe.Pointer(C.grab(200000))) }

func main() {
	fmt.Println("gc 0;maps 0;grown 0")
	go func() { _, _ = os.Stdin.Read(make([]byte, 1)); os.Exit(0) }()
	for {
		keepLarge()
		release()
		for range [20]int{} {
			keepSmall()
		}
		time.Sleep(10 * time.Millisecond)
	}
}
