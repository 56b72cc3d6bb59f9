// Command thumbs makes thumbnails of uploaded photos. The photo is unpacked into an area outside of
// the Go heap, so that forty million pixels do not make the collector run.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	_ "net/http/pprof"
	"sync"
	"syscall"
	"time"
)

const (
	width, height = 640, 640
	thumb         = 64
	uploaders     = 4
	pauseEach     = 110 * time.Millisecond
)

var errTornPhoto = errors.New("the photo ends in the middle")

// canvas is an area of width x height pixels of 4 bytes.
type canvas struct {
	pixels []byte
	rows   [][]byte
}

func newCanvas() (*canvas, error) {
	pixels, err := syscall.Mmap(-1, 0, width*height*4, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	c := &canvas{pixels: pixels}
	for y := 0; y < height; y++ {
		c.rows = append(c.rows, pixels[y*width*4:(y+1)*width*4])
	}
	return c, nil
}

func (c *canvas) release() {
	syscall.Munmap(c.pixels)
}

// unpack fills the canvas from runs of (length, colour).
func (c *canvas) unpack(photo io.Reader) error {
	at := 0
	for at < len(c.pixels) {
		var run struct{ Length, Colour uint32 }
		if err := binary.Read(photo, binary.LittleEndian, &run); err != nil {
			return errTornPhoto
		}
		for end := min(at+int(run.Length)*4, len(c.pixels)); at < end; at += 4 {
			binary.LittleEndian.PutUint32(c.pixels[at:], run.Colour)
		}
	}
	return nil
}

func (c *canvas) shrink() []byte {
	small := make([]byte, 0, thumb*thumb*4)
	for y := 0; y < height; y += height / thumb {
		for x := 0; x < width; x += width / thumb {
			small = append(small, c.rows[y][x*4:x*4+4]...)
		}
	}
	return small
}

// studio makes thumbnails and remembers the latest.
type studio struct {
	mu     sync.Mutex
	latest [800][]byte
	made   int
}

// newStudio starts with a grey wall.
func newStudio() *studio {
	s := &studio{}
	for range s.latest {
		s.hang(bytes.Repeat([]byte{0x7f}, thumb*thumb*4))
	}
	return s
}

func (s *studio) hang(small []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest[s.made%len(s.latest)] = small
	s.made++
}

// upload answers POST /photo.
func (s *studio) upload(w http.ResponseWriter, r *http.Request) {
	small, err := thumbnail(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	s.hang(small)
	w.Write(small)
}

// photograph is a photo as cameras send it; now and then the connection breaks off.
func photograph(dice *rand.Rand) *bytes.Buffer {
	var photo bytes.Buffer
	for left := width * height; left > 0; {
		length := min(left, 200+dice.Intn(400))
		binary.Write(&photo, binary.LittleEndian, [2]uint32{uint32(length), dice.Uint32()})
		left -= length
	}
	if dice.Intn(10) == 0 {
		photo.Truncate(photo.Len() * 9 / 10)
	}
	return &photo
}

func uploader(base string, number int) {
	dice := rand.New(rand.NewSource(int64(number)))
	for {
		answer, err := http.Post(base+"/photo", "image/x-runs", photograph(dice))
		if err == nil {
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
	base := fmt.Sprintf("http://%s", listener.Addr())
	log.Printf("thumbs listening on %s", base)
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = uploaders
	http.HandleFunc("/photo", newStudio().upload)
	for number := 0; number < uploaders; number++ {
		go uploader(base, number)
	}
	log.Fatal(http.Serve(listener, nil))
}
