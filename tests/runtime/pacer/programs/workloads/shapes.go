package main

import (
	"runtime"
	"strconv"
	"strings"
)

type node struct {
	left, right *node
	key         int
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{tree(depth - 1), tree(depth - 1), depth}
}

func (n *node) count() int {
	if n == nil {
		return 0
	}
	return 1 + n.left.count() + n.right.count()
}

// trees keeps one of a million nodes and builds small ones beside it.
func trees(l *load) {
	kept := tree(19)
	defer runtime.KeepAlive(kept)
	for l.goes() {
		for i := 0; i < 20; i++ {
			if tree(10).count() == 0 {
				panic("an empty tree")
			}
		}
		kept.right = tree(12 + l.chance.Intn(7))
	}
}

// noscan keeps 100 MiB of buffers without pointers, 2 to 30 KiB each.
func noscan(l *load) {
	kept := make([][]byte, 6400)
	defer runtime.KeepAlive(kept)
	for l.goes() {
		for i := 0; i < 50; i++ {
			size := 2<<10 + l.chance.Intn(28<<10)
			buffer := make([]byte, size)
			for at := 0; at < size; at += 4096 {
				buffer[at] = 1
			}
			kept[l.chance.Intn(len(kept))] = buffer
		}
	}
}

// large keeps 24 buffers of 1 to 8 MiB.
func large(l *load) {
	kept := make([][]byte, 24)
	defer runtime.KeepAlive(kept)
	for l.goes() {
		size := mib + l.chance.Intn(7*mib)
		buffer := make([]byte, size)
		for at := 0; at < size; at += 4096 {
			buffer[at] = 1
		}
		kept[l.chance.Intn(len(kept))] = buffer
	}
}

type entry struct {
	key          string
	value        []byte
	newer, older *entry
}

// cache keeps the 60000 entries that were used last: a map, a list through it, eviction.
func cache(l *load) {
	const most = 60000
	entries := make(map[string]*entry, most)
	defer runtime.KeepAlive(entries)
	root := &entry{}
	root.newer, root.older = root, root
	unlink := func(e *entry) { e.newer.older, e.older.newer = e.older, e.newer }
	first := func(e *entry) {
		e.older, e.newer = root.older, root
		root.older.newer = e
		root.older = e
	}
	for l.goes() {
		for i := 0; i < 500; i++ {
			key := "user:" + strconv.Itoa(int(l.chance.ExpFloat64()*40000))
			found := entries[key]
			if found != nil {
				unlink(found)
				first(found)
				continue
			}
			made := &entry{key: key, value: make([]byte, 200+l.chance.Intn(1800))}
			entries[key] = made
			first(made)
			if len(entries) > most {
				oldest := root.newer
				unlink(oldest)
				delete(entries, oldest.key)
			}
		}
	}
}

// text builds documents of strings and maps, keeps the last 3000.
func text(l *load) {
	kept := make([]map[string]string, 3000)
	defer runtime.KeepAlive(kept)
	for l.goes() {
		for i := 0; i < 10; i++ {
			document := make(map[string]string)
			for field := 0; field < 40; field++ {
				var value strings.Builder
				for word := 0; word < 12; word++ {
					value.WriteString(strconv.Itoa(l.chance.Int()))
					value.WriteByte(' ')
				}
				document["field"+strconv.Itoa(field)] = value.String()
			}
			kept[l.chance.Intn(len(kept))] = document
		}
	}
}

// fragments fills 150 MiB with objects of many sizes, then keeps one in five, so spans stay half
// empty, then does it again beside them.
func fragments(l *load) {
	var kept [][]byte
	for l.goes() {
		var filled [][]byte
		for bytes := 0; bytes < 90*mib && l.goes(); {
			size := 16 << l.chance.Intn(8)
			object := make([]byte, size)
			object[0] = 1
			filled = append(filled, object)
			bytes += size
		}
		kept = kept[:0]
		for i, object := range filled {
			if i%5 == 0 {
				kept = append(kept, object)
			}
		}
		for i := 0; i < 400 && l.goes(); i++ {
			churn(1000)
		}
	}
}
