// Command tenant holds memory that Go sees and memory that it does not, and does as it is told.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	mib          = 1 << 20
	page         = 4096
	madvHugePage = 14
	madvCollapse = 25
)

var (
	live [][]byte
	junk []byte
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	fmt.Println("ready")
	for lines.Scan() {
		word, number, _ := strings.Cut(lines.Text(), " ")
		size, _ := strconv.Atoi(number)
		fmt.Println(do(word, size))
	}
}

func do(word string, size int) string {
	switch word {
	case "map": // outside of Go
		held, err := syscall.Mmap(-1, 0, size*mib, syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			return err.Error()
		}
		touch(held)
	case "hold":
		for range make([]struct{}, size) {
			live = append(live, touched(mib))
		}
		runtime.GC()
	case "churn": // at 200 MiB a second at most: no collector keeps up with a bare loop
		for i := 0; i < size*16; i++ {
			junk = touched(mib / 16)
			if i%16 == 0 {
				time.Sleep(5 * time.Millisecond)
			}
		}
	case "holes": // one block of every 2 MiB stays, the rest goes back to the system
		blocks := make([][]byte, size*32)
		for i := range blocks {
			blocks[i] = touched(mib / 32)
		}
		for i := 0; i < len(blocks); i += 64 {
			live = append(live, blocks[i])
		}
		blocks, junk = nil, nil
		debug.FreeOSMemory()
	case "reuse": // touches little of what was given back
		for i := 0; i < size; i++ {
			live = append(live, touched(8192))
		}
	case "collapse":
		return advise(madvCollapse)
	case "huge":
		return advise(madvHugePage)
	}
	return "done"
}

func touched(size int) []byte {
	block := make([]byte, size)
	touch(block)
	return block
}

func touch(block []byte) {
	for i := 0; i < len(block); i += page {
		block[i] = 1
	}
}

// advise speaks of each 2 MiB range in which a block that lives is.
func advise(advice int) string {
	ranges := map[uintptr]bool{}
	for _, block := range live {
		ranges[uintptr(unsafe.Pointer(&block[0]))&^(2*mib-1)] = true
	}
	refused := 0
	for start := range ranges {
		if !taken(start, advice) {
			refused++
		}
	}
	return fmt.Sprintf("done %d refused %d", len(ranges), refused)
}

// taken asks again for a while: the kernel refuses to collapse a range of which it moves a page just
// then (EAGAIN), or when it finds no huge page before it has made one (ENOMEM).
func taken(start uintptr, advice int) bool {
	for try := 0; try < 50; try++ {
		_, _, err := syscall.Syscall(syscall.SYS_MADVISE, start, 2*mib, uintptr(advice))
		if err != syscall.EAGAIN && err != syscall.ENOMEM {
			return err == 0
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
