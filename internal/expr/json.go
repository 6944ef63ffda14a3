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
)

var errTrailing = errors.New("text after the JSON value")

// DecodeJSON reads one JSON value and nothing else, with numbers as written.
func DecodeJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	return v, nil
}

// Plain gives a value as JSON has them, as far as it has members that JSON does
// not know: an [Object] becomes a mapping of its members, and of those a duration
// becomes text as [FormatDuration] writes it, and octets base64. A member that is
// an error is left out: it does not exist yet.
func Plain(v any) any {
	switch v := v.(type) {
	case Object:
		out := map[string]any{}
		for _, name := range v.Members() {
			m, ok := v.Member(name)
			if _, broken := m.(error); ok && !broken {
				out[name] = plainMember(m)
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
	case map[string]any:
		if !holdsObject(v) {
			return v
		}
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = Plain(item)
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

// holdsObject reports whether an [Object] stands anywhere in a value.
func holdsObject(v any) bool {
	switch v := v.(type) {
	case Object:
		return true
	case []any:
		return slices.ContainsFunc(v, holdsObject)
	case map[string]any:
		for _, item := range v {
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
