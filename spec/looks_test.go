package spec

import "testing"

func TestLooksLikeSuite(t *testing.T) {
	for text, want := range map[string]bool{
		"scenarios: []\n":                 true,
		"# c\n---\ntarget: x\n":           true,
		"env: [A]\nscenarios : []":        true,
		"\ufeffscenarios: []":             true,
		"{scenarios: []}":                 true,
		`"scenarios": []`:                 true,
		"scenaros: []":                    true,
		"sequence: {}":                    true,
		"":                                true,
		"# nothing\n\n---\n":              true,
		"services: {}\nvolumes: {}":       false,
		"name: ci\non: push\nenv: {A: b}": false,
		"- hosts: all\n  vars: {}":        false,
		"a:\n  scenarios: []":             false,
		"text: |\n  scenarios: no":        false,
		"apiVersion: v1\nkind: Service\nmetadata: {}": false,
		"dialect: mine\nmessages: {}":                 false,
		"just text":                                   false,
	} {
		if got := LooksLikeSuite(text); got != want {
			t.Errorf("LooksLikeSuite(%q) = %v, want %v", text, got, want)
		}
	}
}
