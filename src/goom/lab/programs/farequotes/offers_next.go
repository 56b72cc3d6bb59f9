//go:build next

package main

// newOffers makes the channel on which the airlines' offers come in.
func newOffers(airlines int) chan *offer {
	return make(chan *offer, airlines)
}
