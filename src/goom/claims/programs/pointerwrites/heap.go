package main

import "math/rand"

type node struct {
	next *node
	rest [6]uintptr
}

// longMark keeps the collector busy: a list in no order of addresses, one cache miss for each node.
func longMark(nodes int) *node {
	all := make([]*node, nodes)
	for i := range all {
		all[i] = &node{}
	}
	rand.New(rand.NewSource(1)).Shuffle(nodes, func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i := 1; i < nodes; i++ {
		all[i-1].next = all[i]
	}
	return all[0]
}
