// Stack_snippet is the article's snippet: it imports the tracer for its side effects alone and then
// calls it by name.
package main

import (
	"os"
	_ "runtime/trace"
)

func main() {
	observeGrowth()
}

func observeGrowth() {
	trace.Start(os.Stderr)
	defer trace.Stop()
	go func() {
		var buf [8192]byte
		_ = buf
	}()
}
