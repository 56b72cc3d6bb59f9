//go:build !next

package main

// name is what the register files a device under.
func name(device string) string {
	return device
}
