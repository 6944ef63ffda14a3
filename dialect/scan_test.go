package dialect

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzMembers compares the walk over an object with encoding/json: they give the
// same names with the same values. The last value of a name counts.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(` {"a" : [1,{"b":"]}\""}], "c\n":-1.5e3 , "a":null}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isObject(data) {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("isObject(%q) = true, but %v", data, err)
		}
		got := map[string][]byte{}
		members(data, func(name, v []byte) { got[unquote(name)] = v })
		if len(got) != len(want) {
			t.Fatalf("members(%q) = %q, want %q", data, got, want)
		}
		for name, v := range want {
			if !bytes.Equal(compact(got[name]), compact(v)) {
				t.Errorf("members(%q)[%q] = %q, want %q", data, name, got[name], v)
			}
			if found := findMember(data, name); !bytes.Equal(found, got[name]) {
				t.Errorf("findMember(%q, %q) = %q, want %q", data, name, found, got[name])
			}
		}
	})
}

// A name that travels as an object comes back as it was. What travels is always an
// object.
func FuzzMarkNames(f *testing.F) {
	for _, name := range []string{"a", "", `{"name":"a"}`, `{"name":"{}"}`, ` {"a": 1}`, "\x00\"\\", `{"name":"a","name":"b"}`} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		written := appendObject(nil, name)
		if !isObject(written) {
			t.Fatalf("appendObject(%q) = %s, want an object", name, written)
		}
		read := nameOf(written)
		if again := appendObject(nil, read); !equalJSON(again, written) {
			t.Errorf("%q travels as %s, comes as %q, and travels on as %s", name, written, read, again)
		}
	})
}
