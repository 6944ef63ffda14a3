package trace

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
)

// streamFields is a Stream as it is written. It must have the fields of Stream
// in the same order, or the conversions below do not compile.
type streamFields struct {
	Tag       string          `json:"tag"`
	Sent      bool            `json:"sent"`
	Encoding  string          `json:"encoding"`
	Format    media.Format    `json:"-"`
	Custom    any             `json:"-"`
	Start     time.Duration   `json:"start"`
	End       time.Duration   `json:"end"`
	Ended     bool            `json:"ended"`
	By        string          `json:"by,omitempty"`
	EndedAt   time.Duration   `json:"ended_at,omitempty"`
	Quiet     time.Duration   `json:"quiet,omitempty"`
	Cleared   []time.Duration `json:"cleared,omitempty"`
	Announced *Announced      `json:"announced,omitempty"`
	Disturbed *Disturbed      `json:"disturbed,omitempty"`
	Chunks    []Chunk         `json:"-"`
	Octets    []byte          `json:"-"`
}

// streamJSON adds the fields that are written differently.
type streamJSON struct {
	*streamFields
	Format formatJSON `json:"format"`
	Custom tree       `json:"custom,omitzero"`
	Chunks columns    `json:"chunks,omitempty"`
}

type formatJSON struct {
	Codec string     `json:"codec"`
	Rate  media.Rate `json:"rate"`
}

// MarshalJSON writes the stream without its octets, and its chunks by columns.
func (s Stream) MarshalJSON() ([]byte, error) {
	fields := streamFields(s)
	return marshal(streamJSON{
		&fields, formatJSON{s.Format.Codec.String(), s.Format.Rate}, tree{s.Custom}, s.Chunks,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Stream) UnmarshalJSON(text []byte) error {
	var fields streamFields
	j := streamJSON{streamFields: &fields}
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	codec, err := codecOf(j.Format.Codec)
	if err != nil {
		return err
	}
	fields.Format = media.Format{Codec: codec, Rate: j.Format.Rate}
	fields.Custom, fields.Chunks = j.Custom.value, j.Chunks
	*s = Stream(fields)
	return nil
}

func codecOf(name string) (media.Codec, error) {
	for c := media.Opaque; c <= media.L16BE; c++ {
		if c.String() == name {
			return c, nil
		}
	}
	return 0, fmt.Errorf("unknown codec %q", diag.Clip(name, 40))
}

// columns are chunks as one list of numbers for each field of Chunk. All lists
// have the same length. A field that is zero in every chunk is left out.
type columns []Chunk

// column gives the key of a field of Chunk: its name in lower case, with _
// between words.
func column(field string) string {
	var b strings.Builder
	for i, r := range field {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// MarshalJSON writes the columns in the order of Chunk's fields, as whole
// numbers. true is 1, and false is 0.
func (c columns) MarshalJSON() ([]byte, error) {
	var out []byte
	for i := range reflect.TypeFor[Chunk]().NumField() {
		values, used := make([]int64, len(c)), false
		for k := range c {
			v := reflect.ValueOf(&c[k]).Elem().Field(i)
			switch {
			case v.Kind() == reflect.Bool && v.Bool():
				values[k] = 1
			case v.CanInt():
				values[k] = v.Int()
			}
			used = used || values[k] != 0
		}
		// Size is always written, because it gives the number of chunks.
		if name := reflect.TypeFor[Chunk]().Field(i).Name; used || name == "Size" {
			text, err := marshal(values)
			if err != nil {
				return nil, err
			}
			out = fmt.Appendf(out, ",%q:%s", column(name), text)
		}
	}
	out[0] = '{'
	return append(out, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *columns) UnmarshalJSON(text []byte) error {
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(text, &lists); err != nil {
		return err
	}
	var sizes []int64
	if err := json.Unmarshal(lists["size"], &sizes); err != nil {
		return fmt.Errorf("chunks: sizes: %w", err)
	}
	out := make(columns, len(sizes))
	for i := range reflect.TypeFor[Chunk]().NumField() {
		name := column(reflect.TypeFor[Chunk]().Field(i).Name)
		list, ok := lists[name]
		if !ok {
			continue
		}
		var values []int64
		if err := json.Unmarshal(list, &values); err != nil {
			return fmt.Errorf("chunks: %s: %w", name, err)
		}
		if len(values) != len(out) {
			return fmt.Errorf("chunks: %d of %q beside %d of \"size\"", len(values), name, len(out))
		}
		for k, value := range values {
			switch v := reflect.ValueOf(&out[k]).Elem().Field(i); {
			case v.Kind() == reflect.Bool:
				v.SetBool(value != 0)
			case v.CanInt():
				v.SetInt(value)
			}
		}
	}
	*c = out
	return nil
}
