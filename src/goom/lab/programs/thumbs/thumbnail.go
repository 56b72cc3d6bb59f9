//go:build !next

package main

import "io"

// thumbnail unpacks a photo and makes it small.
func thumbnail(photo io.Reader) ([]byte, error) {
	c, err := newCanvas()
	if err != nil {
		return nil, err
	}
	if err := c.unpack(photo); err != nil {
		return nil, err
	}
	small := c.shrink()
	c.release()
	return small, nil
}
