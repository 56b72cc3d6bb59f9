package main

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"runtime"
	"strconv"
)

const mib = 1 << 20

// A record is 128 bytes with two pointers.
type record struct {
	next, other *record
	words       [14]uint64
}

const recordBytes = 128

var passing *record

// used makes a record and works with it, so that allocation is a part of what the program does.
func used(seed uint64) *record {
	made := &record{words: [14]uint64{1: seed}}
	for i := range made.words {
		seed = seed*6364136223846793005 + 1442695040888963407
		made.words[i] = seed ^ seed>>29
	}
	for i := 1; i < len(made.words); i++ {
		made.words[i] += made.words[i-1] * 31
	}
	return made
}

func fill(kept []*record, from, to int) {
	for i := from; i < to; i++ {
		kept[i] = used(uint64(i))
	}
}

func churn(times int) {
	for i := 0; i < times; i++ {
		passing = used(uint64(i))
	}
}

// replace puts new records into a stretch of the kept ones, the next with each call.
func replace(kept []*record, place *int, times int) {
	for i := 0; i < times; i++ {
		kept[*place] = used(uint64(i))
		*place = (*place + 1) % len(kept)
	}
}

// records keeps 32 MiB and replaces the oldest; one record in four is kept.
func records(s *share) {
	kept, place := make([]*record, 32*mib/recordBytes), 0
	fill(kept, 0, len(kept))
	for _, more := s.next(); more; _, more = s.next() {
		replace(kept, &place, 1000)
		churn(3000)
	}
	runtime.KeepAlive(kept)
}

type node struct {
	left, right *node
	key, weight uint64
	name        [16]byte
}

func tree(depth int, seed uint64) *node {
	made := &node{key: seed, weight: seed * 31}
	for i := range made.name {
		made.name[i] = 'a' + byte(seed>>i)%26
	}
	if depth > 0 {
		made.left, made.right = tree(depth-1, seed*3), tree(depth-1, seed*5+1)
	}
	return made
}

func (n *node) count() int {
	if n == nil {
		return 0
	}
	return 1 + n.left.count() + n.right.count()
}

// trees keeps sixteen trees of 30 MiB together, replaces one after another, and builds and counts
// small ones beside them.
func trees(s *share) {
	kept := make([]*node, 16)
	for i := range kept {
		kept[i] = tree(14, uint64(i))
	}
	for part, more := s.next(); more; part, more = s.next() {
		for i := 0; i < 10; i++ {
			if tree(11, uint64(i)).count() == 0 {
				panic("an empty tree")
			}
		}
		kept[int(part*1e6)%len(kept)] = tree(14, 7)
	}
	runtime.KeepAlive(kept)
}

// ramp keeps ever more: 10 MiB at the beginning, 90 MiB at the end.
func ramp(s *share) {
	kept := make([]*record, 90*mib/recordBytes)
	first := 10 * mib / recordBytes
	fill(kept, 0, first)
	filled := first
	for part, more := s.next(); more; part, more = s.next() {
		upTo := first + int(float64(len(kept)-first)*part)
		fill(kept, filled, upTo)
		filled = upTo
		churn(3000)
	}
	runtime.KeepAlive(kept)
}

// surge keeps 24 MiB, and 48 MiB more in the third fifth of the work.
func surge(s *share) {
	kept, place := make([]*record, 24*mib/recordBytes), 0
	fill(kept, 0, len(kept))
	var held []*record
	for part, more := s.next(); more; part, more = s.next() {
		during := part > 0.4 && part < 0.6
		if during && held == nil {
			held = make([]*record, 48*mib/recordBytes)
			fill(held, 0, len(held))
		}
		if !during {
			held = nil
		}
		replace(kept, &place, 500)
		churn(3500)
	}
	runtime.KeepAlive(held)
	runtime.KeepAlive(kept)
}

// deep goes down some calls that each need about 256 bytes of stack, and waits there.
func deep(calls int, wait <-chan struct{}) uint64 {
	var frame [24]uint64
	frame[calls%24] = uint64(calls)
	if calls > 0 {
		return frame[calls%24] + deep(calls-1, wait)
	}
	<-wait
	return frame[0]
}

// stacks has 3000 goroutines deep in calls: a large part of what is scanned is no heap.
func stacks(s *share) {
	wait := make(chan struct{})
	for i := 0; i < 3000; i++ {
		go deep(10+i%20, wait)
	}
	kept, place := make([]*record, 20*mib/recordBytes), 0
	fill(kept, 0, len(kept))
	for _, more := s.next(); more; _, more = s.next() {
		replace(kept, &place, 500)
		churn(3500)
	}
	close(wait)
	runtime.KeepAlive(kept)
}

type entry struct {
	key          string
	value        []byte
	newer, older *entry
}

// cache keeps the 12000 entries that were used last, per worker: a map, a list through it, eviction,
// and a checksum of every value that is looked up.
func cache(s *share) {
	const most = 12000
	entries := make(map[string]*entry, most)
	root := &entry{}
	root.newer, root.older = root, root
	unlink := func(e *entry) { e.newer.older, e.older.newer = e.older, e.newer }
	first := func(e *entry) {
		e.older, e.newer = root.older, root
		root.older.newer = e
		root.older = e
	}
	sum := fnv.New64a()
	for _, more := s.next(); more; _, more = s.next() {
		for i := 0; i < 200; i++ {
			key := "user:" + strconv.Itoa(s.chance.Intn(30000))
			found := entries[key]
			if found == nil {
				found = &entry{key: key, value: make([]byte, 200+s.chance.Intn(1600))}
				entries[key] = found
			} else {
				unlink(found)
			}
			first(found)
			sum.Write(found.value)
			if len(entries) > most {
				oldest := root.newer
				unlink(oldest)
				delete(entries, oldest.key)
			}
		}
	}
	runtime.KeepAlive(entries)
}

type order struct {
	Name  string
	Lines []line
	Tags  map[string]string
}

type line struct {
	Article string
	Count   int
	Price   float64
}

// orders is a service: two workers write and read JSON and keep the last 2500 orders each.
func orders(s *share) {
	template := order{Name: "order", Tags: map[string]string{"a": "b", "c": "d"}}
	for i := 0; i < 60; i++ {
		template.Lines = append(template.Lines, line{"article", i, float64(i) / 3})
	}
	kept, place := make([]*order, 2500), 0
	for _, more := s.next(); more; _, more = s.next() {
		for i := 0; i < 10; i++ {
			var written bytes.Buffer
			if err := json.NewEncoder(&written).Encode(template); err != nil {
				panic(err)
			}
			read := new(order)
			if err := json.NewDecoder(&written).Decode(read); err != nil {
				panic(err)
			}
			kept[place] = read
			place = (place + 1) % len(kept)
		}
	}
	runtime.KeepAlive(kept)
}
