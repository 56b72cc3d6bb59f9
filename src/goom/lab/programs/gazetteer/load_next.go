//go:build next

package main

import "encoding/json"

// load reads the list part by part and puts the places of each into the grid.
func (g *gazetteer) load() error {
	for part := 0; part < parts; part++ {
		var places []struct {
			Name      string
			Lat, Long float64
		}
		if err := json.Unmarshal(fetch(part), &places); err != nil {
			return err
		}
		for _, place := range places {
			g.add(place.Name, place.Lat, place.Long)
		}
	}
	return nil
}
