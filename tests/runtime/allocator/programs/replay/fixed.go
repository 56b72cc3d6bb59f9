package main

import (
	"sync"
	"time"
	"unsafe"
)

// fixed are types of a size that the compiler knows: since 1.27 those of up to 80 bytes have a malloc
// of their own, called without runtime.newobject. (A generic function would go around it.)
var fixed = []fixedType{
	{unsafe.Sizeof(*new([1]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([1]byte)) }},
	{unsafe.Sizeof(*new([2]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([2]byte)) }},
	{unsafe.Sizeof(*new([3]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([3]byte)) }},
	{unsafe.Sizeof(*new([4]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([4]byte)) }},
	{unsafe.Sizeof(*new([5]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([5]byte)) }},
	{unsafe.Sizeof(*new([6]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([6]byte)) }},
	{unsafe.Sizeof(*new([7]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([7]byte)) }},
	{unsafe.Sizeof(*new([8]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([8]byte)) }},
	{unsafe.Sizeof(*new([9]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([9]byte)) }},
	{unsafe.Sizeof(*new([10]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([10]byte)) }},
	{unsafe.Sizeof(*new([11]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([11]byte)) }},
	{unsafe.Sizeof(*new([12]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([12]byte)) }},
	{unsafe.Sizeof(*new([13]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([13]byte)) }},
	{unsafe.Sizeof(*new([14]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([14]byte)) }},
	{unsafe.Sizeof(*new([15]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([15]byte)) }},
	{unsafe.Sizeof(*new([16]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([16]byte)) }},
	{unsafe.Sizeof(*new([20]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([20]byte)) }},
	{unsafe.Sizeof(*new([24]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([24]byte)) }},
	{unsafe.Sizeof(*new([31]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([31]byte)) }},
	{unsafe.Sizeof(*new([32]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([32]byte)) }},
	{unsafe.Sizeof(*new([33]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([33]byte)) }},
	{unsafe.Sizeof(*new([40]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([40]byte)) }},
	{unsafe.Sizeof(*new([41]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([41]byte)) }},
	{unsafe.Sizeof(*new([48]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([48]byte)) }},
	{unsafe.Sizeof(*new([49]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([49]byte)) }},
	{unsafe.Sizeof(*new([64]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([64]byte)) }},
	{unsafe.Sizeof(*new([72]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([72]byte)) }},
	{unsafe.Sizeof(*new([80]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([80]byte)) }},
	{unsafe.Sizeof(*new([81]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([81]byte)) }},
	{unsafe.Sizeof(*new([96]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([96]byte)) }},
	{unsafe.Sizeof(*new([100]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([100]byte)) }},
	{unsafe.Sizeof(*new([128]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([128]byte)) }},
	{unsafe.Sizeof(*new([144]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([144]byte)) }},
	{unsafe.Sizeof(*new([200]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([200]byte)) }},
	{unsafe.Sizeof(*new([256]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([256]byte)) }},
	{unsafe.Sizeof(*new([300]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([300]byte)) }},
	{unsafe.Sizeof(*new([400]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([400]byte)) }},
	{unsafe.Sizeof(*new([511]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([511]byte)) }},
	{unsafe.Sizeof(*new([512]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([512]byte)) }},
	{unsafe.Sizeof(*new([513]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([513]byte)) }},
	{unsafe.Sizeof(*new([640]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([640]byte)) }},
	{unsafe.Sizeof(*new([1000]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([1000]byte)) }},
	{unsafe.Sizeof(*new([1017]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([1017]byte)) }},
	{unsafe.Sizeof(*new([1024]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([1024]byte)) }},
	{unsafe.Sizeof(*new([1025]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([1025]byte)) }},
	{unsafe.Sizeof(*new([2048]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([2048]byte)) }},
	{unsafe.Sizeof(*new([3000]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([3000]byte)) }},
	{unsafe.Sizeof(*new([4096]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([4096]byte)) }},
	{unsafe.Sizeof(*new([5000]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([5000]byte)) }},
	{unsafe.Sizeof(*new([8192]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([8192]byte)) }},
	{unsafe.Sizeof(*new([10000]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([10000]byte)) }},
	{unsafe.Sizeof(*new([16384]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([16384]byte)) }},
	{unsafe.Sizeof(*new([20000]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([20000]byte)) }},
	{unsafe.Sizeof(*new([32752]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([32752]byte)) }},
	{unsafe.Sizeof(*new([32760]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([32760]byte)) }},
	{unsafe.Sizeof(*new([32761]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([32761]byte)) }},
	{unsafe.Sizeof(*new([32768]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([32768]byte)) }},
	{unsafe.Sizeof(*new([32769]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([32769]byte)) }},
	{unsafe.Sizeof(*new([40000]byte)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([40000]byte)) }},
	{unsafe.Sizeof(*new(int8)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new(int8)) }},
	{unsafe.Sizeof(*new(int16)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new(int16)) }},
	{unsafe.Sizeof(*new(int32)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new(int32)) }},
	{unsafe.Sizeof(*new(int64)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new(int64)) }},
	{unsafe.Sizeof(*new(float64)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new(float64)) }},
	{unsafe.Sizeof(*new(complex128)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new(complex128)) }},
	{unsafe.Sizeof(*new([3]int16)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([3]int16)) }},
	{unsafe.Sizeof(*new([3]int32)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([3]int32)) }},
	{unsafe.Sizeof(*new([5]float64)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new([5]float64)) }},
	{unsafe.Sizeof(*new([1]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([1]*byte)) }},
	{unsafe.Sizeof(*new([2]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([2]*byte)) }},
	{unsafe.Sizeof(*new([3]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([3]*byte)) }},
	{unsafe.Sizeof(*new([4]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([4]*byte)) }},
	{unsafe.Sizeof(*new([5]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([5]*byte)) }},
	{unsafe.Sizeof(*new([6]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([6]*byte)) }},
	{unsafe.Sizeof(*new([7]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([7]*byte)) }},
	{unsafe.Sizeof(*new([8]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([8]*byte)) }},
	{unsafe.Sizeof(*new([9]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([9]*byte)) }},
	{unsafe.Sizeof(*new([10]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([10]*byte)) }},
	{unsafe.Sizeof(*new([11]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([11]*byte)) }},
	{unsafe.Sizeof(*new([16]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([16]*byte)) }},
	{unsafe.Sizeof(*new([31]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([31]*byte)) }},
	{unsafe.Sizeof(*new([32]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([32]*byte)) }},
	{unsafe.Sizeof(*new([63]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([63]*byte)) }},
	{unsafe.Sizeof(*new([64]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([64]*byte)) }},
	{unsafe.Sizeof(*new([65]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([65]*byte)) }},
	{unsafe.Sizeof(*new([79]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([79]*byte)) }},
	{unsafe.Sizeof(*new([80]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([80]*byte)) }},
	{unsafe.Sizeof(*new([127]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([127]*byte)) }},
	{unsafe.Sizeof(*new([128]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([128]*byte)) }},
	{unsafe.Sizeof(*new([129]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([129]*byte)) }},
	{unsafe.Sizeof(*new([255]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([255]*byte)) }},
	{unsafe.Sizeof(*new([256]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([256]*byte)) }},
	{unsafe.Sizeof(*new([512]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([512]*byte)) }},
	{unsafe.Sizeof(*new([600]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([600]*byte)) }},
	{unsafe.Sizeof(*new([1024]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([1024]*byte)) }},
	{unsafe.Sizeof(*new([2048]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([2048]*byte)) }},
	{unsafe.Sizeof(*new([2720]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([2720]*byte)) }},
	{unsafe.Sizeof(*new([4094]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([4094]*byte)) }},
	{unsafe.Sizeof(*new([4095]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([4095]*byte)) }},
	{unsafe.Sizeof(*new([4096]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([4096]*byte)) }},
	{unsafe.Sizeof(*new([5000]*byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([5000]*byte)) }},
	{unsafe.Sizeof(*new(led[[1]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[1]byte])) }},
	{unsafe.Sizeof(*new(led[[8]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[8]byte])) }},
	{unsafe.Sizeof(*new(led[[25]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[25]byte])) }},
	{unsafe.Sizeof(*new(led[[64]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[64]byte])) }},
	{unsafe.Sizeof(*new(led[[71]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[71]byte])) }},
	{unsafe.Sizeof(*new(led[[72]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[72]byte])) }},
	{unsafe.Sizeof(*new(led[[73]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[73]byte])) }},
	{unsafe.Sizeof(*new(led[[500]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[500]byte])) }},
	{unsafe.Sizeof(*new(led[[504]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[504]byte])) }},
	{unsafe.Sizeof(*new(led[[505]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[505]byte])) }},
	{unsafe.Sizeof(*new(led[[1000]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[1000]byte])) }},
	{unsafe.Sizeof(*new(led[[1008]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[1008]byte])) }},
	{unsafe.Sizeof(*new(led[[1016]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[1016]byte])) }},
	{unsafe.Sizeof(*new(led[[4080]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[4080]byte])) }},
	{unsafe.Sizeof(*new(led[[4088]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[4088]byte])) }},
	{unsafe.Sizeof(*new(led[[32744]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[32744]byte])) }},
	{unsafe.Sizeof(*new(led[[32752]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[32752]byte])) }},
	{unsafe.Sizeof(*new(led[[32760]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[32760]byte])) }},
	{unsafe.Sizeof(*new(led[[40000]byte])), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(led[[40000]byte])) }},
	{unsafe.Sizeof(*new(string)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(string)) }},
	{unsafe.Sizeof(*new([]byte)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([]byte)) }},
	{unsafe.Sizeof(*new(any)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(any)) }},
	{unsafe.Sizeof(*new(person)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(person)) }},
	{unsafe.Sizeof(*new([4]string)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([4]string)) }},
	{unsafe.Sizeof(*new([20]any)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new([20]any)) }},
	{unsafe.Sizeof(*new(time.Time)), pointers, func() unsafe.Pointer { return unsafe.Pointer(new(time.Time)) }},
	{unsafe.Sizeof(*new(sync.Mutex)), noscan, func() unsafe.Pointer { return unsafe.Pointer(new(sync.Mutex)) }},
}

const (
	noscan = iota
	pointers
)

type fixedType struct {
	size uintptr
	kind int
	new  func() unsafe.Pointer
}

// led begins with a pointer, and has none after it.
type led[Rest any] struct {
	p    *byte
	rest Rest
}

type person struct {
	id   int64
	name string
	tags []string
	next *person
}

// fixedSizes is what the types ask for: a size, and 1 for pointers.
func fixedSizes() [][2]int {
	sizes := make([][2]int, 0, len(fixed))
	for _, one := range fixed {
		sizes = append(sizes, [2]int{int(one.size), one.kind})
	}
	return sizes
}
