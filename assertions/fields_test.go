package assertions_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/trace"
)

// Every field has its value or is missing. An event without a field differs from one in which
// it is empty.
func TestField(t *testing.T) {
	frame := func(opcode int, h trace.FrameHead, data string) *trace.Frame {
		return &trace.Frame{Opcode: opcode, Head: h, Data: []byte(data)}
	}
	head := trace.FrameHead{Fin: true, RSV: 4, Masked: true, Mask: "37fa213d", LengthForm: 16}
	plain := trace.FrameHead{RSV: 1, LengthForm: 7}
	asked := &trace.Open{Path: "/a", Query: "x=1&y=&x=2&a+b=c%20d", Protocols: []string{"p", "q"}}
	tests := []struct {
		name   string
		detail trace.Detail
		field  string
		want   any
		ok     bool
	}{
		{"a known opcode", frame(9, head, ""), "opcode", "ping", true},
		{"a reserved opcode", frame(11, head, ""), "opcode", 11, true},
		{"the last frame", frame(1, head, ""), "fin", true, true},
		{"not the last frame", frame(1, plain, ""), "fin", false, true},
		{"reserved bits", frame(1, head, ""), "rsv", 4, true},
		{"masked", frame(1, head, ""), "masked", true, true},
		{"not masked", frame(1, plain, ""), "masked", false, true},
		{"the mask", frame(1, head, ""), "mask", "37fa213d", true},
		{"no mask", frame(1, plain, ""), "mask", "", false},
		{"the length field", frame(1, plain, ""), "length_form", 7, true},
		{"no length field", &trace.Ping{}, "length_form", 0, false},
		{"the head of a ping that came", &trace.Ping{Head: plain}, "rsv", 1, true},
		{"the head of a ping that we sent", &trace.Ping{}, "fin", false, false},
		{"the text of a frame", frame(1, head, "ab"), "text", "ab", true},
		{"the octets of a frame", frame(1, head, "ab"), "hex", "6162", true},
		{"the size of a frame", frame(1, head, "ab"), "size", 2, true},
		{"the JSON of a frame", frame(1, head, "1"), "json", json.Number("1"), true},
		{"no JSON in a frame", frame(1, head, "{"), "json", nil, false},
		{"no such field of a frame", frame(1, head, "1"), "code", nil, false},
		{"the octets of octets", &trace.Octets{Data: []byte("a")}, "hex", "61", true},
		{"no such field of a pong", &trace.Pong{}, "code", nil, false},
		{"no such field of a close", &trace.Close{}, "tag", nil, false},
		{"no such field of a message", &trace.Message{Data: []byte("1")}, "code", nil, false},
		{"the path that was asked for", asked, "path", "/a", true},
		{"its query, in order", asked, "query", inOrder("x", expr.Lines{Each: []string{"1", "2"}}, "y", expr.Lines{Each: []string{""}}, "a b", expr.Lines{Each: []string{"c d"}}), true},
		{"a query that cannot be read", &trace.Open{Path: "/", Query: "a=%zz&%zz=a&b=1;c&d"}, "query", inOrder("d", expr.Lines{Each: []string{""}}), true},
		{"its protocols", asked, "protocols", []any{"p", "q"}, true},
		{"an answer has no path", &trace.Open{Status: 101}, "path", nil, false},
		{"an answer has no query", &trace.Open{Status: 101}, "query", nil, false},
		{"an answer has no protocols", &trace.Open{Status: 101}, "protocols", nil, false},
		{"an answer has a status", &trace.Open{Status: 101}, "status", 101, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := assertions.Field(tt.detail, tt.field)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(expr.Mapping{})); diff != "" || ok != tt.ok {
				t.Errorf("Field(%s) = %v, %v, want %v, %v", tt.field, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func inOrder(pairs ...any) *expr.Mapping {
	m := expr.NewMapping(0)
	for i := 0; i < len(pairs); i += 2 {
		m.Set(pairs[i].(string), pairs[i+1])
	}
	return m
}

// No event has no fields.
func TestNoEvent(t *testing.T) {
	if v, ok := assertions.Field(nil, "text"); v != nil || ok {
		t.Errorf("Field(nil) = %v, %v", v, ok)
	}
}

// The names in headers and events are listed as an expression finds them.
func TestNames(t *testing.T) {
	headers, _ := assertions.Field(&trace.Open{Headers: []trace.Header{{Name: "X-A", Value: "1"}, {Name: "x-b", Value: "2"}, {Name: "x-a", Value: "3"}}}, "headers")
	names := headers.(interface{ Members() []string }).Members()
	if diff := cmp.Diff([]string{"X-A", "x-b"}, names); diff != "" {
		t.Errorf("the names of headers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"data", "json", "size", "text"}, assertions.Fields(&trace.Message{Data: []byte("1")})); diff != "" {
		t.Errorf("the fields of a text message (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"base64", "binary", "data", "hex", "size"}, assertions.Fields(&trace.Message{Binary: true})); diff != "" {
		t.Errorf("the fields of a binary message (-want +got):\n%s", diff)
	}
}

// Text that readers of JSON understand in different ways is no JSON, with the reason.
func TestAmbiguousJSON(t *testing.T) {
	for _, d := range []trace.Detail{&trace.Message{Data: []byte(`{"a": 1, "a": 2}`)}, &trace.Frame{Opcode: 1, Data: []byte(`{"a": 1, "a": 2}`)}} {
		v, ok := assertions.Field(d, "json")
		if why, told := v.(error); ok || !told || !errors.Is(why, expr.ErrAmbiguous) {
			t.Errorf("the JSON of a %s with a key twice is %v, %v, want the reason why it is none", d.Kind(), v, ok)
		}
	}
}

// Any header line may be missing: a server need not send it.
func TestHeadersCanLack(t *testing.T) {
	headers, _ := assertions.Field(&trace.Open{Headers: []trace.Header{{Name: "X-A", Value: "1"}}}, "headers")
	for _, name := range []string{"X-A", "X-B"} {
		if !headers.(interface{ CanLack(name string) bool }).CanLack(name) {
			t.Errorf("the line %s cannot be missing", name)
		}
	}
}
