// What the Prometheus client library exports of Go's collector. Built against the library as Debian
// packages it, without modules.
//
//	collector names       the metrics of the default registry, of all rules, and the GC summary
//	collector quiet       the names before any collection and after one
//	collector register    registers another Go collector, as the article does
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"sort"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

func main() {
	facts := map[string]any{}
	switch os.Args[1] {
	case "names":
		runtime.GC()
		runtime.GC()
		facts["by_default"] = names(prometheus.DefaultGatherer)
		facts["with_every_rule"] = names(everything())
		summary(facts)
	case "quiet":
		debug.SetGCPercent(-1)
		facts["before"] = names(prometheus.DefaultGatherer)
		runtime.GC()
		facts["after"] = names(prometheus.DefaultGatherer)
	case "register":
		prometheus.MustRegister(collectors.NewGoCollector())
	}
	printed, _ := json.Marshal(facts)
	fmt.Println(string(printed))
}

func everything() prometheus.Gatherer {
	registry := prometheus.NewRegistry()
	rule := collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile("/.*")}
	registry.MustRegister(collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(rule)))
	return registry
}

func names(from prometheus.Gatherer) []string {
	families, err := from.Gather()
	if err != nil {
		panic(err)
	}
	found := []string{}
	for _, family := range families {
		found = append(found, family.GetName())
	}
	sort.Strings(found)
	return found
}

// summary compares go_gc_duration_seconds with what runtime/debug says.
func summary(facts map[string]any) {
	families, _ := prometheus.DefaultGatherer.Gather()
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	for _, family := range families {
		if family.GetName() != "go_gc_duration_seconds" {
			continue
		}
		pauses := family.GetMetric()[0].GetSummary()
		quantiles := []float64{}
		for _, quantile := range pauses.GetQuantile() {
			quantiles = append(quantiles, quantile.GetQuantile())
		}
		total := float64(stats.PauseTotal) / float64(time.Second)
		facts["quantiles"] = quantiles
		facts["sum_equals_gc_stats"] = math.Abs(pauses.GetSampleSum()-total) < 1e-9
		facts["count_equals_gc_stats"] = pauses.GetSampleCount() == uint64(stats.NumGC)
	}
}
