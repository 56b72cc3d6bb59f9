package main

import (
	"fmt"
	"net/http"
	"strings"
)

type node struct {
	left, right *node
	pad         [2]uint64
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

var kept *node

// search allocates small objects, and so pays for the collector.
func search(answer http.ResponseWriter, request *http.Request) {
	found := tree(13)
	fmt.Fprintf(answer, "%v\n", found.left != nil)
}

// ping allocates nothing to speak of.
func ping(answer http.ResponseWriter, request *http.Request) {
	answer.Write([]byte("pong\n"))
}

type exporter struct{ rows int }

// ServeHTTP makes one large text.
func (e *exporter) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	var lines strings.Builder
	for row := 0; row < e.rows; row++ {
		fmt.Fprintf(&lines, "row %d of %d\n", row, e.rows)
	}
	answer.Write([]byte(lines.String()))
}
