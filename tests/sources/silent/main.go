// Command silent listens nowhere and waits; given another program, it becomes that after a while.
package main

import (
	"os"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		time.Sleep(700 * time.Millisecond)
		panic(syscall.Exec(os.Args[1], os.Args[1:], os.Environ()))
	}
	time.Sleep(time.Minute)
}
