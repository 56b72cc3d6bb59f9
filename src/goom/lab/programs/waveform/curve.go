//go:build !next

package main

// curve is the loudness of a sound at so many points, unless nothing can be heard.
func curve(sound []byte) ([]float32, bool) {
	k := openClip(sound)
	loud := k.peaks(points)
	if silent(loud) {
		return nil, false
	}
	k.close()
	return loud, true
}
