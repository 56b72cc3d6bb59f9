// A program with a file that claims to belong to package runtime. It builds without the tag only.
package main

func main() {
	println(*new(int))
}
