package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

func packedMapping(t *testing.T, pairs ...any) *expr.Mapping {
	t.Helper()
	m := expr.NewMapping(0)
	for i := 0; i < len(pairs); i += 2 {
		if err := m.SetKey(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// told gives the mismatches of a value as a report tells them.
func told(m Matcher, v any) string {
	var out []string
	for _, w := range Match(m, v, "v") {
		out = append(out, fmt.Sprintf("%s: %s, not %s", w.Path, w.Expected, w.Told()))
	}
	return strings.Join(out, "; ")
}

// What only MessagePack and CBOR have is matched by what stands for it, and by nothing else.
func TestPackedValues(t *testing.T) {
	keys := packedMapping(t, int64(1), "a", "1", "b", int64(-7), []any{int64(2)}, nil, true)
	tag := &expr.Tag{Number: "32", Content: "http://a"}
	for _, tt := range []struct {
		matcher string
		v       any
		want    string // "" if it matches
	}{
		{`{1: a, -7: [2], null: true}`, keys, ""},
		{`{"1": b}`, keys, ""},
		{`{false: a}`, packedMapping(t, false, "a"), ""},
		{`{false: a}`, packedMapping(t, "false", "a"), `v[false]: "a", not nothing`},
		{`{1: b}`, keys, `v[1]: "b", not "a"`},
		{`{"1": a}`, keys, `v.1: "a", not "b"`},
		{`{2: a}`, keys, `v[2]: "a", not nothing`},
		{`{2: {$exists: false}, true: {$exists: false}}`, keys, ""},
		{`{-7: [{$gt: 2}]}`, keys, `v[-7][0]: more than 2, not 2`},
		{`{$eq: {1: a}}`, packedMapping(t, int64(1), "a"), ""},
		{`{$eq: {"1": a}}`, packedMapping(t, int64(1), "a"), `v: {"1":"a"}, not {1:"a"}`},
		{`{$exact: {1: a}}`, keys, `v: exact {1:"a"}, not {1:"a","1":"b",-7:[2],null:true}`},
		{`{$in: [{1: a}, 5]}`, packedMapping(t, int64(1), "a"), ""},
		{`{$$tag: a}`, packedMapping(t, "$tag", "a"), ""},
		{`{1.0: a}`, packedMapping(t, 1.0, "a"), ""},
		{`{1.0: a}`, packedMapping(t, int64(1), "a"), `v[1.0]: "a", not nothing`},
		{`{$length: 4}`, keys, ""},
		{`{$path: {"$['1']": b}}`, keys, `v: $["1"]: "b", not {1:"a","1":"b",-7:[2],null:true} (JSON has no form for the key 1)`},
		{`{$not: {$path: {"$.a": b}}}`, []any{[]byte("a")}, `(JSON has no form for 1 octets)`},
		{`{$schema: {type: object}}`, keys, `(JSON has no form for the key 1)`},
		{`{$schema: {type: array}}`, []any{json.Number("1")}, ""},
		{`{$tag: [32, {$starts_with: http}]}`, tag, ""},
		{`{$tag: [{$in: [32, 33]}, "http://a"]}`, tag, ""},
		{`{$tag: [33, {$ends_with: b}]}`, tag, `v.tag: 33, not 32; v.value: ends with "b", not "http://a"`},
		{`{$tag: [1, 5]}`, expr.Simple(23), `v: tag 1 of 5, not undefined`},
		{`{$tag: [1, 5]}`, json.Number("5"), `v: tag 1 of 5, not 5 ($tag cannot be asked of a number)`},
		{`{$not: {$tag: [1, 5]}}`, expr.Simple(23), ""},
		{`{$not: {$tag: [32, a]}}`, tag, ""},
		{`"http://a"`, tag, `v: "http://a", not 32("http://a")`},
		{`{tag: 32}`, tag, `v: an object, not 32("http://a")`},
		{`[32]`, tag, `v: a list, not 32("http://a")`},
		{`{$type: tag}`, tag, ""},
		{`{$type: simple}`, expr.Simple(23), ""},
		{`{$type: tag}`, expr.Simple(23), `v: a value of type tag, not undefined`},
		{`{$type: number}`, math.NaN(), ""},
		{`{$type: integer}`, math.Inf(1), `v: a value of type integer, not Infinity`},
		{`.nan`, math.NaN(), ""},
		{`.nan`, math.Inf(1), `v: NaN, not Infinity`},
		{`.inf`, math.Inf(1), ""},
		{`-.inf`, math.Inf(1), `v: -Infinity, not Infinity`},
		{`.inf`, math.NaN(), `v: Infinity, not NaN`},
		{`.nan`, json.Number("5"), `v: NaN, not 5`},
		{`5`, math.NaN(), `v: 5, not NaN`},
		{`{$lt: 5}`, math.NaN(), `v: less than 5, not NaN (NaN has no order)`},
		{`{$approx: [0, 5]}`, math.NaN(), `(a number is compared only with a number)`},
		{`{$between: [0, 5]}`, math.Inf(1), `(Infinity has no order)`},
		{`{$multiple_of: 5}`, math.Inf(1), `(a number is compared only with a number)`},
		{`1`, 1.0, ""},
		{`{a: "${octets}"}`, packedMapping(t, "a", []byte("ab")), ""},
		{`{a: ab}`, packedMapping(t, "a", []byte("ab")), `v.a: "ab", not hex 6162 |ab|`},
		{`{a: "${tag}", b: "${simple}"}`, packedMapping(t, "a", &expr.Tag{Number: "1", Content: int64(1)}, "b", expr.Simple(23)), ""},
		{`"${tag}"`, &expr.Tag{Number: "2", Content: int64(1)}, `v: 1(1), not 2(1)`},
		{`"${tag}"`, &expr.Tag{Number: "1", Content: int64(2)}, `v: 1(1), not 1(2)`},
		{`"${simple}"`, expr.Simple(24), `v: undefined, not simple(24)`},
		{`{$cbor: {1: {$gt: 1}}}`, []byte("\xa1\x01\x02"), ""},
		{`{$cbor: {1: {$gt: 2}}}`, []byte("\xa1\x01\x02"), `v.cbor[1]: more than 2, not 2`},
		{`{$cbor: 1}`, []byte("\xa1"), `v: CBOR, not hex a1 (it ends too early, at octet 2 inside a map)`},
		{`{$msgpack: [1, 2]}`, []byte("\x92\x01\x02"), ""},
		{`{$msgpack: [1, 3]}`, []byte("\x92\x01\x02"), `v.msgpack[1]: 3, not 2`},
		{`{$not: {$msgpack: 1}}`, []byte("\xc1"), ""},
		{`{$msgpack: 1}`, "a", `v: MessagePack, not "a" ($msgpack cannot be asked of text)`},
	} {
		if got := told(read(t, tt.matcher, InCBOR), tt.v); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s of %s: %q, want %q", tt.matcher, Show(tt.v), got, tt.want)
		}
	}
	if got := told(read(t, `{5: a}`, InJSON), packedMapping(t, "5", "a")); got != "" {
		t.Errorf("a key of JSON is text: %s", got)
	}
	for matcher, want := range map[string]string{
		`{1: a, b: {$tag: [1, {$cbor: 5}]}}`: `{1: "a", b: tag 1 of CBOR: 5}`, `{$msgpack: {$gt: 1}}`: "MessagePack: more than 1",
		`{$protobuf: a.B}`: "a.B", `{$protobuf: {message: a.B, value: {c: 1}}}`: "a.B: {c: 1}",
	} {
		if got := Describe(read(t, matcher, InCBOR)); got != want {
			t.Errorf("%s asks for %s, want %s", matcher, got, want)
		}
	}
}

// fields is a message in the tests: its octets are the keys of one mapping.
type fields struct{ v any }

func (f fields) Decode(data []byte) (any, error) {
	if len(data) == 0 {
		return nil, errors.New("it is empty")
	}
	return f.v, nil
}

func (fields) Position() *Position {
	return &Position{Of: Object, Want: "a.B", Read: InJSON.Read, Packed: true, Members: map[string]*Position{"c": InJSON,
		"m": {Of: Object, Name: "a.B.m", Read: InJSON.Read, Packed: true, Keys: Number, Inner: InJSON}, "f": {Of: Object, Name: "a.B.f", Read: InJSON.Read, Packed: true, Keys: Boolean, Inner: InJSON}}}
}

// A message of Protocol Buffers is held against its matcher once it is loaded. Without a value it must have
// no fields that nobody knows.
func TestProto(t *testing.T) {
	known, unknown := packedMapping(t, "c", json.Number("1")), packedMapping(t, "c", json.Number("1"), int64(9), []any{int64(5)})
	for _, tt := range []struct {
		operand string
		decoder Decoder
		octets  string
		want    string
	}{
		{`a.B`, &fields{known}, "x", ""},
		{`a.B`, &fields{unknown}, "x", `v: a.B, not {"c":1,9:[5]} (it has no field 9)`},
		{`a.B`, &fields{[]any{}}, "x", ""},
		{`a.B`, &fields{known}, "", `v: a.B, not hex (it is empty)`},
		{`a.B`, nil, "x", `v: a.B, not hex 78 |x| (the message a.B is not known)`},
		{`{message: a.B}`, &fields{known}, "x", ""},
		{`{message: a.B, value: {c: 1}}`, &fields{unknown}, "x", ""},
		{`{message: a.B, value: {c: 2}}`, &fields{known}, "x", `v.c: 2, not 1`},
		{`{message: a.B, value: {$exact: {c: 1}}}`, &fields{unknown}, "x", `v: exact {"c":1}, not {"c":1,9:[5]}`},
	} {
		var out diag.List
		m := ReadProto(yamldoc.Parse("t.yaml", "m: "+tt.operand+"\n", &out).Get("m"), &Position{Of: Octets, Want: "a message"}, &out)
		if tt.decoder != nil {
			m.Load(tt.decoder, &out)
			m.Load(&fields{"another"}, &out) // it is loaded once
		}
		bound, err := m.Bind(expr.Env{})
		if err != nil || !out.Empty() || m.Proto.Name != "a.B" || m.Proto.Pos.Col == 0 || m.Proto.Decoder() != tt.decoder {
			t.Fatalf("%s: %v, %v, %+v", tt.operand, err, out.Err(), m.Proto)
		}
		if a := bound.answer([]byte(tt.octets)); a.is != is && a.is != isNot && tt.decoder != nil {
			t.Errorf("%s of %q has the answer %v", tt.operand, tt.octets, a)
		}
		if got := told(bound, []byte(tt.octets)); got != tt.want {
			t.Errorf("%s of %q: %q, want %q", tt.operand, tt.octets, got, tt.want)
		}
	}
	var out diag.List
	word := Read(yamldoc.Parse("t.yaml", "m: {$protobuf: {message: a.B, value: {c: 2, d: 1, m: {a: 1, 1: 1}, f: {true: 1, false: 1, 1: 1, null: 1}}}}\n", &out).Get("m"), InCBOR, &out)
	word.Visit(func(m *Matcher) {
		if m.Proto != nil {
			m.Load(&fields{known}, &out)
		}
	})
	want := `unknown field "d" of a.B; a key of a.B.m is a number, not text; a key of a.B.f is true or false, not a number; a key of a.B.f is true or false, not null`
	var got []string
	for _, d := range out.Sorted() {
		got = append(got, d.Message)
	}
	if strings.Join(got, "; ") != want {
		t.Errorf("the complaints are %q, want %q", got, want)
	}
	if got := told(word, []byte("x")); !strings.HasPrefix(got, "v.protobuf.c: 2, not 1") {
		t.Errorf("within octets it is told as %q", got)
	}
}
