package main

import (
	"runtime"
	"runtime/metrics"
)

// counts is what the runtime counts: slots by size, 68 of them with the large ones first, as in the
// runtime's own table of size classes.
type counts struct {
	BySize     [68]uint64 `json:"by_class"`
	TinyAllocs uint64     `json:"tiny_allocs"`
	Mallocs    uint64     `json:"mallocs"`
	BySize61   [61]uint64 `json:"memstats_by_size"`
	TotalBytes uint64     `json:"total_bytes"`
}

// look reads MemStats, which empties the mcaches and so brings all counters up to date (and takes
// the tiny block away), and then the metrics.
type look struct {
	counts  counts
	stats   runtime.MemStats
	samples []metrics.Sample
}

func newLook() *look {
	return &look{samples: []metrics.Sample{
		{Name: "/gc/heap/allocs-by-size:bytes"},
		{Name: "/gc/heap/tiny/allocs:objects"},
	}}
}

func (l *look) take() {
	runtime.ReadMemStats(&l.stats)
	metrics.Read(l.samples)
	// The first bucket is from 1 byte, for the smallest class; the last is of large objects.
	buckets := l.samples[0].Value.Float64Histogram().Counts
	if len(buckets) != len(l.counts.BySize) {
		panic("the runtime has another number of size classes")
	}
	copy(l.counts.BySize[1:], buckets[:67])
	l.counts.BySize[0] = buckets[67]
	l.counts.TinyAllocs = l.samples[1].Value.Uint64()
	l.counts.Mallocs = l.stats.Mallocs
	l.counts.TotalBytes = l.stats.TotalAlloc
	for i := range l.counts.BySize61 {
		l.counts.BySize61[i] = l.stats.BySize[i].Mallocs
	}
}

// since is what was counted since an earlier look.
func (l *look) since(earlier *counts) counts {
	difference := l.counts
	for i := range difference.BySize {
		difference.BySize[i] -= earlier.BySize[i]
	}
	for i := range difference.BySize61 {
		difference.BySize61[i] -= earlier.BySize61[i]
	}
	difference.TinyAllocs -= earlier.TinyAllocs
	difference.Mallocs -= earlier.Mallocs
	difference.TotalBytes -= earlier.TotalBytes
	return difference
}
