// Prints what Go's own debug/dwarf says of an executable: every named struct of the runtime with
// its fields, and the address of every global of the runtime.
package main

import (
	"bufio"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
)

func main() {
	file, err := elf.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	data, err := file.DWARF()
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	symbols, _ := file.Symbols()
	for _, one := range symbols {
		if strings.HasPrefix(one.Name, "runtime.") && !strings.Contains(one.Name, " ") {
			fmt.Fprintf(out, "symbol %s %d\n", one.Name, one.Value)
		}
	}
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil {
			panic(err)
		}
		if entry == nil {
			return
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		if !strings.HasPrefix(name, "runtime.") || strings.Contains(name, " ") {
			continue
		}
		show(out, data, entry, name)
	}
}

func show(out *bufio.Writer, data *dwarf.Data, entry *dwarf.Entry, name string) {
	switch entry.Tag {
	case dwarf.TagStructType:
		kind, err := data.Type(entry.Offset)
		if err != nil {
			panic(err)
		}
		shape := kind.(*dwarf.StructType)
		fmt.Fprintf(out, "struct %s %d\n", name, shape.ByteSize)
		for _, field := range shape.Field {
			fmt.Fprintf(out, "field %s %s %d %d\n", name, field.Name, field.ByteOffset, field.Type.Size())
		}
	case dwarf.TagVariable:
		place, _ := entry.Val(dwarf.AttrLocation).([]byte)
		if len(place) == 9 && place[0] == 3 {
			fmt.Fprintf(out, "variable %s %d\n", name, binary.LittleEndian.Uint64(place[1:]))
		}
	}
}
