package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
)

// Mapping is a JSON object. Its keys keep their order: a peer may need it, and a
// reader expects it. Nil is an empty mapping.
type Mapping struct {
	names  []string
	values map[string]any
}

// NewMapping makes an empty mapping with room for n keys.
func NewMapping(n int) *Mapping {
	return &Mapping{make([]string, 0, n), make(map[string]any, n)}
}

// MappingOf makes a mapping with its keys in alphabetical order.
func MappingOf(values map[string]any) *Mapping {
	return &Mapping{slices.Sorted(maps.Keys(values)), values}
}

// Set gives a key its value. A new key is the last. Only whoever made the
// mapping may call it, before others know it.
func (m *Mapping) Set(name string, v any) {
	if _, ok := m.values[name]; !ok {
		m.names = append(m.names, name)
	}
	m.values[name] = v
}

// Get gives the value of a key, and false if there is none.
func (m *Mapping) Get(name string) (any, bool) {
	if m == nil {
		return nil, false
	}
	v, ok := m.values[name]
	return v, ok
}

// Len gives the number of keys.
func (m *Mapping) Len() int {
	if m == nil {
		return 0
	}
	return len(m.names)
}

// All gives the keys with their values, in order.
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

// Names gives the keys in order.
func (m *Mapping) Names() []string {
	if m == nil {
		return nil
	}
	return slices.Clone(m.names)
}

// MarshalJSON writes the keys in order.
func (m *Mapping) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for name, v := range m.All() {
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
