//go:build hotalloc

package runtime

import "unsafe"

func newobject(typ *_type) unsafe.Pointer {
	return persistentalloc(typ.Size_, 0, &memstats.other_sys)
}
