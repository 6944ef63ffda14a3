package yamldoc

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Schema is the part of JSON Schema (draft 2020-12) that shapes need. Editors
// with a YAML language server use it to complete and check suites.
type Schema struct {
	Ref         string
	Description string
	Type        string
	Enum        []string
	Pattern     string
	Minimum     *int
	Maximum     *int
	Items       *Schema
	Properties  []Property
	Additional  *Schema
	Closed      bool // there are no other properties
	AnyOf       []*Schema
}

// Property is one key of an object. Properties keep the order of the type.
type Property struct {
	Name     string
	Schema   *Schema
	Required bool
}

// Defs collects the schemas of named types, so that recursive types have an end.
type Defs struct {
	named map[string]*Schema
}

// NewDefs gives an empty collection.
func NewDefs() *Defs { return &Defs{named: map[string]*Schema{}} }

// define gives a reference to a named schema. The first use makes the schema.
func (d *Defs) define(name string, build func() *Schema) *Schema {
	name = strings.ToLower(name[strings.LastIndex(name, ".")+1:])
	if _, ok := d.named[name]; !ok {
		d.named[name] = &Schema{} // ends the recursion
		*d.named[name] = *build()
	}
	return &Schema{Ref: "#/$defs/" + name}
}

// Define names a schema. It is for hand-made shapes that contain themselves.
func (d *Defs) Define(name string, build func() *Schema) *Schema { return d.define(name, build) }

// Document writes the schema of a shape as one JSON Schema document.
func Document(id, title string, s Shape) ([]byte, error) {
	d := NewDefs()
	root := s.Describe(d)
	var b bytes.Buffer
	b.WriteString(`{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":`)
	writeJSON(&b, id)
	b.WriteString(`,"title":`)
	writeJSON(&b, title)
	b.WriteString(`,"$ref":`)
	writeJSON(&b, root.Ref)
	b.WriteString(`,"$defs":{`)
	for i, name := range slices.Sorted(maps.Keys(d.named)) {
		if i > 0 {
			b.WriteByte(',')
		}
		writeJSON(&b, name)
		b.WriteByte(':')
		d.named[name].write(&b)
	}
	b.WriteString("}}")
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// write writes the schema as JSON with its keys in a fixed order.
func (s *Schema) write(b *bytes.Buffer) {
	first := true
	key := func(name string) {
		if !first {
			b.WriteByte(',')
		}
		first = false
		writeJSON(b, name)
		b.WriteByte(':')
	}
	text := func(name, v string) {
		if v != "" {
			key(name)
			writeJSON(b, v)
		}
	}
	b.WriteByte('{')
	text("$ref", s.Ref)
	text("description", s.Description)
	text("type", s.Type)
	if len(s.Enum) > 0 {
		key("enum")
		writeJSON(b, s.Enum)
	}
	text("pattern", s.Pattern)
	if s.Minimum != nil {
		key("minimum")
		writeJSON(b, *s.Minimum)
	}
	if s.Maximum != nil {
		key("maximum")
		writeJSON(b, *s.Maximum)
	}
	if s.Items != nil {
		key("items")
		s.Items.write(b)
	}
	if len(s.Properties) > 0 {
		key("properties")
		s.writeProperties(b)
	}
	if s.Closed || s.Additional != nil {
		key("additionalProperties")
		if s.Additional == nil {
			b.WriteString("false")
		} else {
			s.Additional.write(b)
		}
	}
	if len(s.AnyOf) > 0 {
		key("anyOf")
		b.WriteByte('[')
		for i, a := range s.AnyOf {
			if i > 0 {
				b.WriteByte(',')
			}
			a.write(b)
		}
		b.WriteByte(']')
	}
	b.WriteByte('}')
}

func (s *Schema) writeProperties(b *bytes.Buffer) {
	b.WriteByte('{')
	var required []string
	for i, p := range s.Properties {
		if i > 0 {
			b.WriteByte(',')
		}
		writeJSON(b, p.Name)
		b.WriteByte(':')
		p.Schema.write(b)
		if p.Required {
			required = append(required, p.Name)
		}
	}
	b.WriteByte('}')
	if len(required) > 0 {
		b.WriteString(`,"required":`)
		writeJSON(b, required)
	}
}

// writeJSON appends a value whose type can always be written.
func writeJSON[T string | int | []string](b *bytes.Buffer, v T) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // writing text and numbers to memory does not fail
	b.Truncate(b.Len() - 1)
}
