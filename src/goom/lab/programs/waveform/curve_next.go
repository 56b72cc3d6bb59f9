//go:build next

package main

// curve is the loudness of a sound at so many points, unless nothing can be heard.
func curve(sound []byte) ([]float32, bool) {
	k := openClip(sound)
	defer k.close()
	loud := k.peaks(points)
	return loud, !silent(loud)
}
