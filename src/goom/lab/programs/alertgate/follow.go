//go:build !next

package main

// follow looks at a branch and waits at its end until the subscriber is to look elsewhere.
func (s *subscriber) follow(top *node) *node {
	return s.descend(top, nil)
}

func (s *subscriber) descend(at *node, above []*node) *node {
	var path [48]*node // the nearest nodes, the root of the branch first
	reached := path[:copy(path[:len(path)-1], above)]
	reached = append(reached, at)
	s.weigh(reached)
	if at.child == nil {
		return s.next()
	}
	return s.descend(at.child, reached)
}
