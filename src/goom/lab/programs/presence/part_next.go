//go:build next

package main

// part takes a member out of the hub and lets its goroutine run to its end. Nobody sends to the
// inbox after that: say looks up members under the lock.
func (h *hub) part(m *member) {
	h.mu.Lock()
	delete(h.members, m)
	close(m.inbox)
	h.mu.Unlock()
	for range m.frames {
		continue
	}
}
