// Command silent listens nowhere and waits.
package main

import "time"

func main() {
	time.Sleep(time.Minute)
}
