package expr

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// DecodeJSON reads one JSON value and nothing else (RFC 8259). Numbers stay as they are written. A key that an object
// has twice and half of a surrogate pair are errors, because readers understand them differently.
func DecodeJSON(data []byte) (any, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	v, err := decodeValue(dec)
	if err != nil {
		return nil, whyNoJSON(data, dec, err)
	}
	end := int(dec.InputOffset())
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, textAfter(data, end)
	}
	return v, nil
}

func decodeValue(dec *jsontext.Decoder) (any, error) {
	t, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return t.Bool(), nil
	case '"':
		return t.String(), nil
	case '0':
		return json.Number(t.String()), nil
	case '[':
		return decodeList(dec)
	}
	return decodeMapping(dec)
}

func decodeList(dec *jsontext.Decoder) (any, error) {
	list := []any{}
	for dec.PeekKind() != ']' {
		v, err := decodeValue(dec)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

func decodeMapping(dec *jsontext.Decoder) (any, error) {
	m := NewMapping(0)
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // reading on overwrites the token
		v, err := decodeValue(dec)
		if err != nil {
			return nil, err
		}
		m.Set(key, v)
	}
	_, err := dec.ReadToken()
	return m, err
}

// Plain gives a value in the types of JSON. An [Object] becomes a [Mapping] of its members. A member that is a duration
// becomes text as [FormatDuration] writes it, and octets become base64. A member that is an error does not exist yet and
// is left out. [Lines] are settled.
func Plain(v any) any {
	switch v := v.(type) {
	case Lines:
		return Settle(v)
	case *Tag: // an Object to expressions only
		return v
	case Object:
		out := NewMapping(0)
		for _, name := range v.Members() {
			m, ok := v.Member(name)
			if _, broken := m.(error); ok && !broken {
				out.Set(name, plainMember(m))
			}
		}
		return out
	case []any:
		if !slices.ContainsFunc(v, holdsObject) {
			return v
		}
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = Plain(item)
		}
		return out
	case *Mapping:
		if !holdsObject(v) {
			return v
		}
		out := NewMapping(v.Len())
		out.keys, out.Unset = v.keys, v.Unset
		for name, item := range v.All() {
			out.Set(name, Plain(item))
		}
		return out
	}
	return v
}

func plainMember(v any) any {
	switch v := v.(type) {
	case time.Duration:
		return FormatDuration(v)
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	}
	return Plain(v)
}

// holdsObject reports whether a value is or holds an [Object] or [Lines].
func holdsObject(v any) bool {
	switch v := v.(type) {
	case *Tag:
		return false
	case Object, Lines:
		return true
	case []any:
		return slices.ContainsFunc(v, holdsObject)
	case *Mapping:
		for _, item := range v.All() {
			if holdsObject(item) {
				return true
			}
		}
	}
	return false
}

func fromJSON(ev *evaluation, args []any) (any, error) {
	data, _ := args[0].([]byte)
	if s, ok := args[0].(string); ok {
		data = []byte(s)
	}
	v, err := DecodeJSON(data)
	if err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	return v, ev.charge(len(data))
}

// Unordered gives a value with Go's maps in place of mappings, for libraries that know only those.
func Unordered(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = Unordered(item)
		}
		return out
	case *Mapping:
		out := make(map[string]any, v.Len())
		for name, item := range v.All() {
			out[name] = Unordered(item)
		}
		return out
	}
	return v
}

// Ordered gives a value with mappings in place of Go's maps. Their keys are in alphabetical order.
func Ordered(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = Ordered(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = Ordered(item)
		}
		return MappingOf(out)
	}
	return v
}
