//go:build !next

package main

import (
	"strconv"
	"strings"
)

var fieldNames = []string{"side", "symbol", "price", "size", "at"}

// parse reads one message.
func parse(line []byte) (update, bool) {
	fields := fieldsOf(string(line))
	price, badPrice := strconv.ParseInt(fields["price"], 10, 64)
	size, badSize := strconv.ParseInt(fields["size"], 10, 64)
	return update{[]byte(fields["symbol"]), price, size}, badPrice == nil && badSize == nil
}

// fieldsOf gives each part of a message its name.
func fieldsOf(line string) map[string]string {
	fields := map[string]string{}
	for n, value := range strings.Split(line, "|") {
		if n < len(fieldNames) {
			fields[fieldNames[n]] = strings.ToUpper(value)
		}
	}
	return fields
}
