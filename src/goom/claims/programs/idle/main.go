// Collects once, as nearly every program does while it starts, then does nothing for so many seconds.
//
//	idle SECONDS
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

func main() {
	seconds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.GC()
	time.Sleep(time.Duration(seconds) * time.Second)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	printed, _ := json.Marshal(map[string]any{"collections": stats.NumGC})
	fmt.Println(string(printed))
}
