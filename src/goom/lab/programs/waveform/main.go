// Command waveform draws the loudness curve of sound clips. The filter is an old C routine, kept
// because its results are in the archive.
package main

/*
#include <stdlib.h>
#include <string.h>

typedef struct { float *samples; int count; } clip;

static clip *clip_open(const char *sound, int count) {
	clip *c = malloc(sizeof(clip));
	c->samples = malloc(count * sizeof(float));
	c->count = count;
	for (int i = 0; i < count; i++) c->samples[i] = (float)sound[i] / 128.0f;
	return c;
}

static void clip_smooth(clip *c, int width) {
	float sum = 0;
	for (int i = 0; i < c->count; i++) {
		sum += c->samples[i];
		if (i >= width) sum -= c->samples[i - width];
		c->samples[i] = sum / width;
	}
}

static float clip_peak(clip *c, int from, int to) {
	float peak = 0;
	for (int i = from; i < to && i < c->count; i++)
		if (c->samples[i] > peak) peak = c->samples[i];
	return peak;
}

static void clip_close(clip *c) {
	free(c->samples);
	free(c);
}
*/
import "C"

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"sync"
	"time"
	"unsafe"
)

const (
	points    = 200
	quietest  = 0.02
	studios   = 3
	pauseEach = 50 * time.Millisecond
)

// clip is a sound in C's hands.
type clip struct{ c *C.clip }

func openClip(sound []byte) clip {
	return clip{C.clip_open((*C.char)(unsafe.Pointer(&sound[0])), C.int(len(sound)))}
}

func (k clip) close() { C.clip_close(k.c) }

// peaks smooths the clip and gives its loudness at so many points.
func (k clip) peaks(count int) []float32 {
	C.clip_smooth(k.c, 32)
	loud, step := make([]float32, count), int(k.c.count)/count
	for n := range loud {
		loud[n] = float32(C.clip_peak(k.c, C.int(n*step), C.int((n+1)*step)))
	}
	return loud
}

func silent(loud []float32) bool {
	for _, peak := range loud {
		if peak > quietest {
			return false
		}
	}
	return true
}

// archive keeps the sounds that came last.
var archive struct {
	mu     sync.Mutex
	sounds [70][]byte
	next   int
}

func file(sound []byte) {
	archive.mu.Lock()
	defer archive.mu.Unlock()
	archive.sounds[archive.next%len(archive.sounds)] = sound
	archive.next++
}

// draw answers POST /curve.
func draw(w http.ResponseWriter, r *http.Request) {
	sound, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || len(sound) < points {
		http.Error(w, "a clip has at least 200 samples", http.StatusBadRequest)
		return
	}
	file(sound)
	loud, ok := curve(sound)
	if !ok {
		http.Error(w, "nothing can be heard", http.StatusUnprocessableEntity)
		return
	}
	json.NewEncoder(w).Encode(loud)
}

// studio sends clips; one in eight was recorded with the microphone off.
func studio(base string, number int) {
	dice := rand.New(rand.NewSource(int64(number)))
	sound := make([]byte, 160<<10)
	for round := 0; ; round++ {
		volume := 1 + dice.Intn(100)
		if dice.Intn(8) == 0 {
			volume = 1
		}
		for n := range sound {
			sound[n] = byte(dice.Intn(volume))
		}
		if answer, err := http.Post(base+"/curve", "audio/raw", bytes.NewReader(sound)); err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		time.Sleep(pauseEach)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	log.Printf("waveform listening on %s", base)
	http.HandleFunc("/curve", draw)
	for number := 0; number < studios; number++ {
		go studio(base, number)
	}
	log.Fatal(http.Serve(listener, nil))
}
