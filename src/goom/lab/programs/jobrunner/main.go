// Command jobrunner keeps a worker for every device of a factory: each waits for jobs of its device
// and works them off in order.
package main

import (
	"crypto/sha256"
	"fmt"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"sync/atomic"
	"time"
)

const (
	devices  = 2400
	queue    = 8
	jobEvery = 2 * time.Millisecond
	helpers  = 3 // short-lived, for each job
)

type job struct {
	device  int
	program []byte
	queued  time.Time
}

// worker serves one device for as long as the factory runs.
type worker struct {
	device int
	jobs   chan job
	state  [4 << 10]byte
}

type factory struct {
	workers []*worker
	done    atomic.Int64
	waited  atomic.Int64
}

func newFactory() *factory {
	f := &factory{}
	for device := 0; device < devices; device++ {
		w := &worker{device: device, jobs: make(chan job, queue)}
		for at := range w.state {
			w.state[at] = byte(device + at)
		}
		f.workers = append(f.workers, w)
		go f.serve(w)
	}
	return f
}

func (f *factory) serve(w *worker) {
	for j := range w.jobs {
		w.work(j)
		f.done.Add(1)
		f.waited.Add(int64(time.Since(j.queued)))
	}
}

// work runs the parts of a job side by side and folds what they return into the device's state.
func (w *worker) work(j job) {
	sums := make(chan [sha256.Size]byte, helpers)
	for part := 0; part < helpers; part++ {
		go func(part int) {
			time.Sleep(time.Duration(3+part) * time.Millisecond)
			sums <- sha256.Sum256(append([]byte{byte(part)}, j.program...))
		}(part)
	}
	for part := 0; part < helpers; part++ {
		sum := <-sums
		copy(w.state[part*sha256.Size:], sum[:])
	}
}

// progress answers GET /progress.
func (f *factory) progress(w http.ResponseWriter, r *http.Request) {
	done := f.done.Load()
	mean := time.Duration(f.waited.Load() / max(done, 1))
	fmt.Fprintf(w, "%d devices, %d jobs done, %s from queue to end\n", len(f.workers), done, mean)
}

// plan queues jobs for random devices.
func (f *factory) plan() {
	dice := rand.New(rand.NewSource(2))
	for range time.Tick(jobEvery) {
		program := make([]byte, 2<<10+dice.Intn(6<<10))
		dice.Read(program)
		device := dice.Intn(devices)
		f.workers[device].jobs <- job{device, program, time.Now()}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("jobrunner listening on http://%s", listener.Addr())
	f := newFactory()
	http.HandleFunc("/progress", f.progress)
	go f.plan()
	log.Fatal(http.Serve(listener, nil))
}
