// The options that the article gives to the Go collector. It does not build; that is the point.
package main

import "github.com/prometheus/client_golang/prometheus"

func main() {
	prometheus.MustRegister(prometheus.NewGoCollector(
		prometheus.GoCollectorOpts{ReportUnmodified: true},
	))
}
