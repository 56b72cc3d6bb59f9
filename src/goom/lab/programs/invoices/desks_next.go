//go:build next

package main

const (
	largeFrom  = 20 // pages
	largeDesks = 6
)

// desks is where documents are laid out: any number of small ones, six large ones at a time.
type desks struct{ large chan struct{} }

func newDesks() desks { return desks{make(chan struct{}, largeDesks)} }

func (d desks) sit(pages int) {
	if pages >= largeFrom {
		d.large <- struct{}{}
	}
}

func (d desks) rise(pages int) {
	if pages >= largeFrom {
		<-d.large
	}
}
