//go:build next

package main

import (
	"bytes"
	"container/list"
	"sync"
)

const pagesKept = 600

// resultCache keeps the pages asked for most recently by the query that asked for them.
type resultCache struct {
	mu     sync.Mutex
	pages  map[string]*list.Element
	recent *list.List // of *entry, the latest in front
}

type entry struct {
	key  string
	page []byte
}

func newResultCache() *resultCache {
	return &resultCache{pages: map[string]*list.Element{}, recent: list.New()}
}

func (c *resultCache) get(key string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	place := c.pages[key]
	if place == nil {
		return nil
	}
	c.recent.MoveToFront(place)
	return place.Value.(*entry).page
}

// put keeps a copy: the caller goes on using its buffer.
func (c *resultCache) put(key string, page []byte) {
	kept := bytes.Clone(page)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages[key] = c.recent.PushFront(&entry{key, kept})
	if last := c.recent.Back(); c.recent.Len() > pagesKept {
		delete(c.pages, last.Value.(*entry).key)
		c.recent.Remove(last)
	}
}
