//go:build !go1.23

package main

// switches: no coroutines before Go 1.23, so channels.
func switches(rounds int) { handlers(rounds) }
