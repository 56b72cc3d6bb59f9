//go:build !next

package main

import (
	"bytes"
	"sync"
)

// resultCache keeps rendered pages by the query that asked for them.
type resultCache struct {
	mu    sync.Mutex
	pages map[string][]byte
}

func newResultCache() *resultCache {
	return &resultCache{pages: map[string][]byte{}}
}

func (c *resultCache) get(key string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pages[key]
}

// put keeps a copy: the caller goes on using its buffer.
func (c *resultCache) put(key string, page []byte) {
	kept := bytes.Clone(page)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages[key] = kept
}
