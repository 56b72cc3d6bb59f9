//go:build next

package main

// follow looks at a branch and then waits until the subscriber is to look elsewhere.
func (s *subscriber) follow(top *node) *node {
	s.walk(top)
	return s.next()
}

func (s *subscriber) walk(top *node) {
	var path [48]*node // the nearest nodes, the root of the branch first
	reached := path[:0]
	for at := top; at != nil; at = at.child {
		if len(reached) == cap(reached) {
			reached = reached[:len(reached)-1]
		}
		reached = append(reached, at)
		s.weigh(reached)
	}
}
