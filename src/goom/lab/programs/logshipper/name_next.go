//go:build next

package main

import "strings"

// name is what the register files a device under.
func name(device string) string {
	return strings.Clone(device)
}
