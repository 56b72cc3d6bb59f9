//go:build !next

package main

import "encoding/json"

// load reads all parts of the list and puts the places into the grid.
func (g *gazetteer) load() error {
	var list []map[string]any
	for part := 0; part < parts; part++ {
		var places []map[string]any
		if err := json.Unmarshal(fetch(part), &places); err != nil {
			return err
		}
		list = append(list, places...)
	}
	for _, place := range list {
		g.add(place["name"].(string), place["lat"].(float64), place["long"].(float64))
	}
	return nil
}
