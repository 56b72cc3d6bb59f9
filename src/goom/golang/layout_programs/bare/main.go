// Package main links the runtime and nothing else: what is in here is in every Go program.
package main

func main() {}
