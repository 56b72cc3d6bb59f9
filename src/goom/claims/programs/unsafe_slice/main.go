// The article's way to make the buffers of a pool. It does not build; that is the point.
package main

import "unsafe"

func main() {
	println(len(unsafe.Slice[byte](nil, 64*1024)))
}
