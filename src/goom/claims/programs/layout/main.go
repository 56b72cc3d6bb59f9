// Prints the layout of the runtime's own types, as the DWARF in this binary has them.
//
//	layout runtime.mcache runtime.mspan
package main

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
)

type shape struct {
	Bytes  int64             `json:"bytes"`
	Fields map[string]string `json:"fields"`
}

func main() {
	wanted := map[string]bool{}
	for _, name := range os.Args[1:] {
		wanted[name] = true
	}
	file, err := elf.Open("/proc/self/exe")
	if err != nil {
		panic(err)
	}
	data, err := file.DWARF()
	if err != nil {
		panic(err)
	}
	found := map[string]shape{}
	for reader := data.Reader(); ; {
		entry, err := reader.Next()
		if err != nil {
			panic(err)
		}
		if entry == nil {
			break
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		if entry.Tag != dwarf.TagStructType || !wanted[name] {
			continue
		}
		if one, err := data.Type(entry.Offset); err == nil {
			found[name] = shapeOf(one.(*dwarf.StructType))
		}
	}
	printed, _ := json.Marshal(found)
	fmt.Println(string(printed))
}

func shapeOf(one *dwarf.StructType) shape {
	fields := map[string]string{}
	for _, field := range one.Field {
		fields[field.Name] = field.Type.String()
	}
	return shape{one.ByteSize, fields}
}
