package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Mapping is a JSON object, or a map of MessagePack or CBOR, whose keys can be of any kind. Its
// keys keep their order: a peer may need it, and a reader expects it. Each key has a name
// ([KeyName]). Nil is an empty mapping.
type Mapping struct {
	names  []string
	values map[string]any
	keys   map[string]any // those that are no text, by name; nil if there are none

	// Unset has the values of keys that have one without being there, such as the fields of a message
	// of Protocol Buffers. It may be shared.
	Unset map[string]any
}

// NewMapping makes an empty mapping with room for n keys.
func NewMapping(n int) *Mapping {
	return &Mapping{names: make([]string, 0, n), values: make(map[string]any, n)}
}

// MappingOf makes a mapping with its keys in alphabetical order.
func MappingOf(values map[string]any) *Mapping {
	return &Mapping{names: slices.Sorted(maps.Keys(values)), values: values}
}

// Set gives a key that is text its value. A new key is the last. Only whoever made the
// mapping may call it, before others know it.
func (m *Mapping) Set(name string, v any) {
	if _, ok := m.values[name]; !ok {
		m.names = append(m.names, name)
	}
	m.values[name] = v
}

// SetKey is [Mapping.Set] for a key of any kind.
func (m *Mapping) SetKey(key, v any) error {
	name, err := KeyName(key)
	if err != nil {
		return err
	}
	if !IsTextKey(name) {
		if m.keys == nil {
			m.keys = map[string]any{}
		}
		m.keys[name] = key
	}
	m.Set(name, v)
	return nil
}

// Key gives the key of a name.
func (m *Mapping) Key(name string) any {
	if key, ok := m.keys[name]; ok {
		return key
	}
	return name
}

// Get gives the value of a key by its name, and false if there is none.
func (m *Mapping) Get(name string) (any, bool) {
	if m == nil {
		return nil, false
	}
	v, ok := m.values[name]
	if !ok {
		v, ok = m.Unset[name]
	}
	return v, ok
}

// Behind gives a mapping in which another key stands before those of m.
func (m *Mapping) Behind(name string, v any) *Mapping {
	out := NewMapping(m.Len() + 1)
	out.keys, out.Unset = m.keys, m.Unset
	out.Set(name, v)
	for name, item := range m.All() {
		out.Set(name, item)
	}
	return out
}

// Len gives the number of keys.
func (m *Mapping) Len() int {
	if m == nil {
		return 0
	}
	return len(m.names)
}

// All gives the names of the keys with their values, in order.
func (m *Mapping) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if m == nil {
			return
		}
		for _, name := range m.names {
			if !yield(name, m.values[name]) {
				return
			}
		}
	}
}

// Names gives the names of the keys in order.
func (m *Mapping) Names() []string {
	if m == nil {
		return nil
	}
	return slices.Clone(m.names)
}

// String gives the mapping in the [Notation].
func (m *Mapping) String() string { return Notation(m) }

// MarshalJSON writes the keys in order. A key that is no text is an error.
func (m *Mapping) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for name, v := range m.All() {
		if !IsTextKey(name) {
			return nil, fmt.Errorf("JSON has no form for the key %s", brief(ShowKey(name)))
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		_ = AppendJSON(&b, name) // text can always be written
		b.WriteByte(':')
		if err := AppendJSON(&b, v); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// AppendJSON writes a value as JSON. It does not escape <, > and &.
func AppendJSON(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		for own := (*json.MarshalerError)(nil); errors.As(err, &own); {
			err = own.Err // of the value, without that it was in JSON
		}
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}
