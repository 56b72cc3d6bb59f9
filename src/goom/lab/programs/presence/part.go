//go:build !next

package main

// part takes a member out of the hub.
func (h *hub) part(m *member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.members, m)
}
