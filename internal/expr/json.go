package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
