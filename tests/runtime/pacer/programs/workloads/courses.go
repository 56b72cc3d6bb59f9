package main

import (
	"runtime"
	"time"
)

// A record is 128 bytes with two pointers, so that the collector has to look into it.
type record struct {
	next, other *record
	words       [14]uint64
}

const recordBytes = 128

func records(bytes int) []*record { return make([]*record, bytes/recordBytes) }

// fill makes a record in every place from one to the other; all point to the first.
func fill(kept []*record, from, to int) {
	for i := from; i < to; i++ {
		kept[i] = &record{next: kept[0], words: [14]uint64{1: uint64(i)}}
	}
}

// replace puts new records in random places of the first count.
func (l *load) replace(kept []*record, count, times int) {
	for i := 0; i < times; i++ {
		place := l.chance.Intn(count)
		kept[place] = &record{next: kept[0], words: [14]uint64{1: uint64(i)}}
	}
}

// churn makes records that nobody keeps, and with every fourth a page of bytes.
func churn(times int) {
	for i := 0; i < times; i++ {
		passing = &record{words: [14]uint64{2: uint64(i)}}
		if i%4 == 0 {
			passingBytes = make([]byte, 4096)
		}
	}
}

var (
	passing      *record
	passingBytes []byte
)

// steady keeps 48 MiB and replaces it at random.
func steady(l *load) {
	kept := records(48 * mib)
	fill(kept, 0, len(kept))
	for l.goes() {
		l.replace(kept, len(kept), 2000)
		churn(2000)
	}
}

// ramp keeps ever more, from 15 to 120 MiB.
func ramp(l *load) {
	kept := records(120 * mib)
	filled := 0
	for l.goes() {
		wanted := int(float64(len(kept)) * (0.125 + 0.875*l.part()))
		for filled < wanted {
			upTo := min2(filled+1000, wanted)
			fill(kept, filled, upTo)
			filled = upTo
			churn(1000)
		}
		l.replace(kept, filled, 500)
		churn(1500)
	}
}

// surge keeps 40 MiB, in the middle of the run 140 MiB, then 40 MiB again.
func surge(l *load) {
	kept := records(40 * mib)
	fill(kept, 0, len(kept))
	var more []*record
	for l.goes() {
		during := l.part() > 0.35 && l.part() < 0.65
		if during && more == nil {
			more = records(100 * mib)
			fill(more, 0, len(more))
		}
		if !during {
			more = nil
		}
		l.replace(kept, len(kept), 1000)
		churn(3000)
	}
	runtime.KeepAlive(more)
}

// sawtooth fills 80 MiB bit by bit and drops all of it, again and again.
func sawtooth(l *load) {
	base := records(20 * mib)
	fill(base, 0, len(base))
	for l.goes() {
		kept := records(80 * mib)
		for i := 0; i < len(kept) && l.goes(); i += 1000 {
			fill(kept, i, min2(i+1000, len(kept)))
			churn(500)
		}
	}
	runtime.KeepAlive(base)
}

// bursty allocates for 60 ms and rests for 90.
func bursty(l *load) {
	kept := records(48 * mib)
	fill(kept, 0, len(kept))
	for l.goes() {
		until := time.Now().Add(60 * time.Millisecond)
		for time.Now().Before(until) {
			l.replace(kept, len(kept), 500)
			churn(2500)
		}
		time.Sleep(90 * time.Millisecond)
	}
}

// forced calls runtime.GC while it works.
func forced(l *load) {
	kept := records(50 * mib)
	fill(kept, 0, len(kept))
	last := time.Now()
	for l.goes() {
		l.replace(kept, len(kept), 1000)
		churn(3000)
		if time.Since(last) > 400*time.Millisecond {
			runtime.GC()
			last = time.Now()
		}
	}
}

// small keeps up to 3 MiB, ten times growing from nothing: the heap minimum, and whole mebibytes in
// the trace are coarse.
func small(l *load) {
	kept := records(3 * mib)
	for l.goes() {
		wave := l.part()*10 - float64(int(l.part()*10))
		count := 1 + int(float64(len(kept)-1)*wave)
		for i := count; i < len(kept); i++ {
			kept[i] = nil
		}
		l.replace(kept, count, 500)
		churn(500)
		if l.chance.Intn(40) == 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

func min2(one, two int) int {
	if one < two {
		return one
	}
	return two
}
