//go:build !next

package main

// desks is where documents are laid out; there is one for everybody who comes.
type desks struct{}

func newDesks() desks { return desks{} }

func (desks) sit(_ int)  {}
func (desks) rise(_ int) {}
