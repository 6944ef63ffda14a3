package docs_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/spec"
)

// schema is as much of a JSON Schema as describes keys.
type schema struct {
	Ref        string             `json:"$ref"`
	Defs       map[string]*schema `json:"$defs"`
	Properties map[string]*schema
	AnyOf      []*schema
	Enum       []string
	Items      *schema
	Additional json.RawMessage `json:"additionalProperties"`
}

func languageSchema(t *testing.T) *schema {
	t.Helper()
	data, err := spec.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// keys collects the paths of all keys of the language, and its fixed words. A
// mapping that stands in several places has its keys once.
type keys struct {
	root  *schema
	seen  map[string]bool
	paths []string
	rows  map[string]string // path of a key by the keys beside it and its name
	enums map[string]bool
}

// mapping gives the properties of a schema, of an alternative or of its items.
func (k *keys) mapping(s *schema) map[string]*schema {
	if s == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		if name == "step" || name == "expectation" {
			return nil // they have tables of their own
		}
		return k.mapping(k.root.Defs[name])
	}
	for _, word := range s.Enum {
		k.enums[word] = true
	}
	if s.Properties != nil {
		return s.Properties
	}
	for _, a := range s.AnyOf {
		if a.Items != nil {
			continue // such as a list of sources, where one may stand
		}
		if m := k.mapping(a); m != nil {
			return m
		}
	}
	if s.Items != nil {
		return k.mapping(s.Items)
	}
	var values schema
	if json.Unmarshal(s.Additional, &values) == nil {
		return k.mapping(&values)
	}
	return nil
}

// usual is what every connect says. What stands within the keys of defaults has its rows where
// these stand in a scenario or a connect.
const usual = "suite.defaults.connect"

func signature(m map[string]*schema) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), " ")
}

func (k *keys) walk(path string, m map[string]*schema) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		k.paths = append(k.paths, path+"."+name)
		if id := signature(m) + "." + name; k.rows[id] == "" {
			k.rows[id] = path + "." + name
		}
		inner := k.mapping(m[name])
		if inner == nil || k.seen[signature(inner)] || strings.HasPrefix(path, "suite.defaults") && path+"."+name != usual {
			continue
		}
		k.seen[signature(inner)] = true
		k.walk(path+"."+name, inner)
	}
}

// languageKeys gives the path of every key: suite.target, send.window.length.
func languageKeys(t *testing.T) *keys {
	root := languageSchema(t)
	k := &keys{root: root, rows: map[string]string{}, seen: map[string]bool{}, enums: map[string]bool{}}
	step := maps.Clone(root.Defs["step"].Properties)
	suite := k.mapping(root)
	heads := map[string]map[string]*schema{"suite": suite, "scenario": k.mapping(suite["scenarios"]), "step": step,
		"payload": k.mapping(root.Defs["payload"]), "stream": streamKeys(root.Defs["expectation"])}
	for _, verb := range spec.Verbs() {
		heads[verb] = k.mapping(step[verb])
		delete(step, verb)
		if signature(heads[verb]) == signature(heads["payload"]) {
			heads[verb] = nil // it has a table of its own
		}
	}
	for _, m := range heads {
		k.seen[signature(m)] = true
	}
	for _, head := range []string{"suite", "scenario", "step", "payload", "stream"} {
		k.walk(head, heads[head])
	}
	verbs := spec.Verbs()
	slices.SortStableFunc(verbs, func(a, b string) int { return cmp.Compare(turn(a), turn(b)) })
	for _, verb := range verbs {
		if verb != "expect" && verb != "await" && verb != "absent" {
			k.walk(verb, heads[verb])
		}
	}
	return k
}

// streamKeys gives the keys of a stream that are no fields: those have a table of their own.
func streamKeys(expectation *schema) map[string]*schema {
	for _, s := range expectation.AnyOf {
		if stream := s.Properties["stream"]; stream != nil {
			keys := maps.Clone(stream.Properties)
			maps.DeleteFunc(keys, func(name string, _ *schema) bool {
				return name != "size" && slices.Contains(spec.EventFields("stream"), name)
			})
			return keys
		}
	}
	return nil
}

// turn puts first the verb at which keys stand that others share with it: those
// of a handshake at connect, those of a source not at assert.
func turn(verb string) int {
	switch verb {
	case "connect":
		return 0
	case "assert":
		return 2
	}
	return 1
}
