package main

// Functions of many sizes of frame that call themselves, all alike but for the size of an array. Each
// notes the size of its stack as the first thing it does; note and thisG do not check, so they
// cannot make it grow.

const mostGrowths = 64

type growth struct {
	call, size int
}

var (
	seen  [mostGrowths]growth
	count int
	last  int
)

//go:nosplit
func note(call int) {
	if size := self().size(); size != last {
		if count < mostGrowths {
			seen[count] = growth{call, size}
		}
		count++
		last = size
	}
}

//go:noinline
func f0(call, left int, then func()) byte {
	note(call)
	if left <= 0 {
		then()
		return 1
	}
	return f0(call+1, left-1, then) + 1
}

//go:noinline
func f24(call, left int, then func()) byte {
	note(call)
	var b [24]byte
	b[call%24] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f24(call+1, left-1, then) + b[left%24]
}

//go:noinline
func f64(call, left int, then func()) byte {
	note(call)
	var b [64]byte
	b[call%64] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f64(call+1, left-1, then) + b[left%64]
}

//go:noinline
func f72(call, left int, then func()) byte {
	note(call)
	var b [72]byte
	b[call%72] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f72(call+1, left-1, then) + b[left%72]
}

//go:noinline
func f80(call, left int, then func()) byte {
	note(call)
	var b [80]byte
	b[call%80] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f80(call+1, left-1, then) + b[left%80]
}

//go:noinline
func f88(call, left int, then func()) byte {
	note(call)
	var b [88]byte
	b[call%88] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f88(call+1, left-1, then) + b[left%88]
}

//go:noinline
func f96(call, left int, then func()) byte {
	note(call)
	var b [96]byte
	b[call%96] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f96(call+1, left-1, then) + b[left%96]
}

//go:noinline
func f104(call, left int, then func()) byte {
	note(call)
	var b [104]byte
	b[call%104] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f104(call+1, left-1, then) + b[left%104]
}

//go:noinline
func f200(call, left int, then func()) byte {
	note(call)
	var b [200]byte
	b[call%200] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f200(call+1, left-1, then) + b[left%200]
}

//go:noinline
func f1000(call, left int, then func()) byte {
	note(call)
	var b [1000]byte
	b[call%1000] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f1000(call+1, left-1, then) + b[left%1000]
}

//go:noinline
func f4040(call, left int, then func()) byte {
	note(call)
	var b [4040]byte
	b[call%4040] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f4040(call+1, left-1, then) + b[left%4040]
}

//go:noinline
func f4048(call, left int, then func()) byte {
	note(call)
	var b [4048]byte
	b[call%4048] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f4048(call+1, left-1, then) + b[left%4048]
}

//go:noinline
func f4056(call, left int, then func()) byte {
	note(call)
	var b [4056]byte
	b[call%4056] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f4056(call+1, left-1, then) + b[left%4056]
}

//go:noinline
func f4064(call, left int, then func()) byte {
	note(call)
	var b [4064]byte
	b[call%4064] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f4064(call+1, left-1, then) + b[left%4064]
}

//go:noinline
func f4072(call, left int, then func()) byte {
	note(call)
	var b [4072]byte
	b[call%4072] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f4072(call+1, left-1, then) + b[left%4072]
}

//go:noinline
func f4080(call, left int, then func()) byte {
	note(call)
	var b [4080]byte
	b[call%4080] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f4080(call+1, left-1, then) + b[left%4080]
}

//go:noinline
func f7400(call, left int, then func()) byte {
	note(call)
	var b [7400]byte
	b[call%7400] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f7400(call+1, left-1, then) + b[left%7400]
}

//go:noinline
func f8192(call, left int, then func()) byte {
	note(call)
	var b [8192]byte
	b[call%8192] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f8192(call+1, left-1, then) + b[left%8192]
}

//go:noinline
func f20000(call, left int, then func()) byte {
	note(call)
	var b [20000]byte
	b[call%20000] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f20000(call+1, left-1, then) + b[left%20000]
}

//go:noinline
func f70000(call, left int, then func()) byte {
	note(call)
	var b [70000]byte
	b[call%70000] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return f70000(call+1, left-1, then) + b[left%70000]
}

// A big frame within small ones, by turns.
//
//go:noinline
func ping(call, left int, then func()) byte {
	note(call)
	if left <= 0 {
		then()
		return 1
	}
	return pong(call+1, left-1, then) + 1
}

//go:noinline
func pong(call, left int, then func()) byte {
	note(call)
	var b [9000]byte
	b[call%9000] = 1
	if left <= 0 {
		then()
		return b[0]
	}
	return ping(call+1, left-1, then) + b[left%9000]
}

type recursion func(call, left int, then func()) byte

var recursions = map[string]recursion{
	"f0":     f0,
	"f24":    f24,
	"f64":    f64,
	"f72":    f72,
	"f80":    f80,
	"f88":    f88,
	"f96":    f96,
	"f104":   f104,
	"f200":   f200,
	"f1000":  f1000,
	"f4040":  f4040,
	"f4048":  f4048,
	"f4056":  f4056,
	"f4064":  f4064,
	"f4072":  f4072,
	"f4080":  f4080,
	"f7400":  f7400,
	"f8192":  f8192,
	"f20000": f20000,
	"f70000": f70000,
	"ping":   ping,
}
