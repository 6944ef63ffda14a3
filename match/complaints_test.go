package match

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

var (
	numberField = &Position{Of: Number, Want: "a number", Name: "close.code", Read: InJSON.Read}
	wordField   = &Position{Of: Text, Want: "one of us, peer", Name: "close.by", Words: []string{"us", "peer"}, Read: InJSON.Read}
	wordOrNull  = &Position{Of: Text | Null, Want: "one of us, peer", Name: "close.by", Words: []string{"us", "peer"}, Read: InJSON.Read}
	octetField  = &Position{Of: Octets, Want: "octets", Name: "message.binary", Read: InJSON.Read}
	always      = &Position{Of: Number, Want: "a whole number", Always: true, Read: InJSON.Read}
)

// A matcher that could never hold or never be asked, or that would be taken for
// something else, is complained of once, with its place.
func TestComplaints(t *testing.T) {
	tests := []struct {
		at      *Position
		matcher string
		want    string // the one complaint; "" for none
	}{
		{Textual, `{$gt: 5}`, "the number 5 has no order with text"},
		{Textual, `{$gt: 5s}`, "the quantity 5s has no order with text"},
		{Textual, `{$gt: -5s}`, "the quantity -5s has no order with text"},
		{Textual, `{$gt: 95%}`, "the quantity 95% has no order with text"},
		{Textual, `{$gt: a%}`, "text is ordered only against text in quotes, and a% has none"},
		{Textual, `{$gt: abc}`, "text is ordered only against text in quotes, and abc has none"},
		{Textual, `{$gt: 012}`, "text is ordered only against text in quotes, and 012 has none"},
		{Textual, `{$gt: "5"}`, ""},
		{Textual, `{$gt: "${text}"}`, ""},
		{Textual, `{$gt: [a]}`, "expected one value, found a list"},
		{Textual, `{$gt: }`, "expected one value, found nothing"},
		{Textual, `{$between: ["a", b]}`, "text is ordered only against text in quotes, and b has none"},
		{Textual, `{$between: [a, "b"]}`, "text is ordered only against text in quotes, and a has none"},
		{Textual, `{$between: [b, "a"]}`, "text is ordered only against text in quotes, and b has none"},
		{Textual, `{$between: ["b", a]}`, "text is ordered only against text in quotes, and a has none"},
		{Textual, `{$between: ["${text}", a]}`, "text is ordered only against text in quotes, and a has none"},
		{Textual, `{$between: [["b"], "a"]}`, "expected one value, found a list"},
		{Textual, `{$between: ["a"]}`, "expected a list of two, found a list"},
		{Textual, `{$between: a}`, `expected a list of two, found "a"`},
		{Textual, `{$between: ["b", "a"]}`, "nothing lies between these"},
		{Textual, `{$between: ["a", "a"]}`, ""},
		{Textual, `{$approx: [1, 1]}`, "$approx cannot be held against text"},
		{InCBOR, `{$tag: [1]}`, "expected a list of two: the number of the tag, and its content, found a list"},
		{InCBOR, `{$tag: [1, {$gt: .nan}]}`, "NaN has no order"},
		{InCBOR, `{$protobuf: {message: "${x}"}}`, "the name of a message is not computed from ${…}"},
		{Textual, `{$each: a}`, "$each cannot be held against text"},
		{Textual, `{a: 1}`, "a mapping cannot be held against text"},
		{Textual, `[a]`, "a list cannot be held against text"},
		{Textual, `{$eq: [a]}`, "this is text, never a list"},
		{Textual, `{$eq: {a: 1}}`, "this is text, never an object"},
		{Textual, `{a: {$less: 1}}`, "a mapping cannot be held against text"},
		{Textual, `[{$less: 1}]`, "a list cannot be held against text"},
		{Textual, `{$in: a}`, "expected a list"},
		{Textual, `{$in: "${list}"}`, ""},
		{Textual, `{$in: [[a]]}`, "this is text, never a list"},
		{Textual, `{$length: {$gt: abc}}`, `this is a whole number, never "abc"`},
		{Textual, `{$length: {$exists: true}}`, "$exists cannot be held against a whole number"},
		{Textual, `{$matches: "("}`, "error parsing regexp"},
		{Textual, `{$matches: "${text}"}`, "a regular expression is not computed"},
		{Textual, `{$matches: }`, "expected text, found nothing"},
		{Textual, `{$matches: [a]}`, "expected text, found a list"},
		{Textual, "{$matches: " + strings.Repeat("a", 1024) + "}", ""},
		{Textual, "{$matches: " + strings.Repeat("a", 1025) + "}", "a regular expression has at most 1024 octets"},
		{Textual, `{$contains: [a]}`, "expected text, found a list"},
		{Textual, `{$starts_with: [a]}`, "expected text, found a list"},
		{Textual, `{$starts_with: }`, "expected text, found nothing"},
		{Textual, `{$type: }`, "expected text, found nothing"},
		{Textual, `{$type: [a]}`, "expected text, found a list"},
		{Textual, `{$type: text}`, `"text" is none of string`},
		{Textual, `{$exists: 1}`, "expected true or false"},
		{Textual, `{$less: 5}`, `unknown matcher "$less"`},
		{Textual, `{$less: 5, $more: 5}`, `unknown matcher "$less"`},
		{Textual, `{$gt: "a", $less: 5}`, `unknown matcher "$less"`},
		{Textual, `{$any_of: []}`, "expected a list of matchers"},
		{Textual, `{$all_of: a}`, "expected a list of matchers"},
		{Textual, `{$where: [a]}`, "expected an expression"},
		{Textual, `"${1 +"`, "${ is not closed"},
		{InJSON, `{$gt: 5s}`, "the quantity 5s has no order with a value in JSON"},
		{InJSON, `{$gt: true}`, "true has no order"},
		{InJSON, `{$gt: null}`, "null has no order"},
		{InJSON, `{$gt: 012}`, "a number to some YAML readers"},
		{InJSON, `{$between: [012, 5]}`, "a number to some YAML readers"},
		{InJSON, `{$between: [5, 1]}`, "nothing lies between these"},
		{InJSON, `{$between: [1, "b"]}`, "nothing lies between these"},
		{InJSON, `{$between: [true, 5]}`, "true has no order"},
		{InJSON, `{$between: [5, null]}`, "null has no order"},
		{InJSON, `{$between: ["${two}", 1]}`, ""},
		{InJSON, `{$approx: ["1", 1]}`, "$approx takes numbers or quantities, and this is text"},
		{InJSON, `{$approx: [1, b]}`, "$approx takes numbers or quantities, and this is text"},
		{InJSON, `{$approx: [a, b]}`, "$approx takes numbers or quantities, and this is text"},
		{InJSON, `{$approx: [[a], 1]}`, "expected one value, found a list"},
		{InJSON, `{$approx: [1, {a: 1}]}`, "expected one value, found a mapping"},
		{InJSON, `{$approx: [1, true]}`, "true has no order"},
		{InJSON, `{$approx: 5}`, "expected a list of two"},
		{InJSON, `{$approx: [012, 1]}`, "a number to some YAML readers"},
		{InJSON, `{$approx: ["${one}", 1]}`, ""},
		{InJSON, `{$approx: [1]}`, "expected a list of two"},
		{InJSON, `{$multiple_of: 0}`, "$multiple_of takes what is above zero, not 0"},
		{InJSON, `{$multiple_of: 0.0}`, "$multiple_of takes what is above zero, not 0.0"},
		{InJSON, `{$multiple_of: -2}`, "$multiple_of takes what is above zero, not -2"},
		{InJSON, `{$not: {$multiple_of: 0}}`, "$multiple_of takes what is above zero, not 0"},
		{InJSON, `{$multiple_of: "2"}`, "$multiple_of takes numbers or quantities, and this is text"},
		{InJSON, `{$multiple_of: 20ms}`, "$multiple_of takes numbers or quantities, and this is text"},
		{InJSON, `{$multiple_of: [2]}`, "expected one value, found a list"},
		{InJSON, `{$multiple_of: true}`, "true has no order"},
		{InJSON, `{$multiple_of: }`, "is an empty value"},
		{InJSON, `{$multiple_of: 1e99999999999999999999}`, ""},
		{InJSON, `{$multiple_of: "${zero}"}`, ""},
		{InJSON, `{$multiple_of: 0.1}`, ""},
		{Any, `{$multiple_of: 20ms}`, ""},
		{Any, `{$multiple_of: "0s"}`, "$multiple_of takes numbers or quantities, and this is text"},
		{Any, `{$multiple_of: 0s}`, "$multiple_of takes what is above zero, not 0s"},
		{Any, `{$multiple_of: -20ms}`, "$multiple_of takes what is above zero, not -20ms"},
		{inPercent, `{$multiple_of: 0%}`, "$multiple_of takes what is above zero, not 0%"},
		{Textual, `{$multiple_of: 2}`, "$multiple_of cannot be held against text"},
		{numberField, `{$multiple_of: "5"}`, `close.code is a number, never "5"`},
		{InJSON, `{$contains: {$gt: 1}}`, "$gt is not a matcher here"},
		{InJSON, `{$contains: [1]}`, ""},
		{InJSON, `{$starts_with: [a]}`, "expected text, found a list"},
		{InJSON, `{$eq: {$gt: 1}}`, "$gt is not a matcher here"},
		{InJSON, `{$in: [{$gt: 1}]}`, "$gt is not a matcher here"},
		{InJSON, `{$eq: {$$gt: 1}}`, ""},
		{InJSON, `{$path: 5}`, "expected a mapping of JSONPath queries"},
		{InJSON, `{$path: {"a": 5}}`, "jsonpath"},
		{InJSON, `{$schema: {type: strin}}`, "this is no JSON Schema"},
		{InJSON, `{$schema: {typ: string}}`, `unknown keyword "typ" in the JSON Schema`},
		{InJSON, `{$schema: "${text}"}`, "the file of a schema is not computed"},
		{InJSON, `{$schema: [a]}`, "expected a JSON Schema"},
		{InJSON, `{$schema: {const: "${text}"}}`, "a schema is not computed"},
		{InJSON, `{$schema: {const: 012}}`, "a number to some YAML readers"},
		{InJSON, `{$schema: {$ref: "other.json"}}`, "cannot refer to"},
		{InJSON, `{$schema: }`, "expected a JSON Schema, or the path of a file that holds one, found nothing"},
		{InJSON, `{$schema: {own-remark: 1}}`, ""},
		{InJSON, `{$schema: {allOf: [true, {typ: 1}]}}`, `unknown keyword "typ" in the JSON Schema`},
		{InJSON, `{$schema: {not: {typ: {}}}}`, `unknown keyword "typ" in the JSON Schema`},
		{InJSON, `{$schema: {enum: [{typ: 1}]}}`, ""},
		{InJSON, `{$schema: {const: {typ: 1}}}`, ""},
		{InJSON, `{$schema: {default: {typ: 1}}}`, ""},
		{InJSON, `{$schema: {examples: [{typ: 1}]}}`, ""},
		{InJSON, `{$schema: {dependentRequired: {typ: [a]}}}`, ""},
		{Any, `{$gt: 5s}`, ""},
		{Any, `{$gt: -5s}`, ""},
		{Any, `{$gt: "5s"}`, ""},
		{Any, `{$gt: -20dB}`, "the quantity -20dB has no order with the value of an expression"},
		{Any, `{$gt: abc}`, "text is ordered only against text in quotes"},
		{Any, `{$not: {$not: {$gt: abc}}}`, "text is ordered only against text in quotes"},
		{numberField, `"5"`, `close.code is a number, never "5"`},
		{numberField, `true`, "close.code is a number, never true"},
		{numberField, `{$in: [1, a]}`, `close.code is a number, never "a"`},
		{numberField, `{$gt: "5"}`, `close.code is a number, never "5"`},
		{numberField, `"${one}"`, ""},
		{numberField, `{$in: [012]}`, "a number to some YAML readers"},
		{numberField, `{$between: ["5", 1]}`, `close.code is a number, never "5"`},
		{numberField, `{$between: [5, "1"]}`, `close.code is a number, never "1"`},
		{numberField, `{$approx: ["5", 1]}`, `close.code is a number, never "5"`},
		{numberField, `{$contains: 5}`, "$contains cannot be held against close.code, which is a number"},
		{numberField, `{$gt: 5}`, ""},
		{wordField, `pear`, `close.by is one of us, peer, never "pear"`},
		{wordField, `{$in: [us, pear]}`, `close.by is one of us, peer, never "pear"`},
		{wordField, `us`, ""},
		{wordOrNull, `null`, ""},
		{wordOrNull, `pear`, `close.by is one of us, peer, never "pear"`},
		{wordField, `5`, "close.by is one of us, peer, never 5"},
		{octetField, `abc`, `message.binary is octets, never "abc"`},
		{octetField, `{$contains: abc}`, ""},
		{octetField, `{$contains: 5}`, ""},
		{octetField, `{$matches: abc}`, ""},
		{octetField, `{$text: abc}`, ""},
		{octetField, `{$text: {$gt: 5}}`, "the number 5 has no order with text"},
		{octetField, `{$text: {$multiple_of: 2}}`, "$multiple_of cannot be held against text"},
		{always, `{$exists: true}`, "$exists cannot be held against a whole number"},
		{always, `{$ne: 5}`, ""},
	}
	for _, tt := range tests {
		_, complaints := tryRead(t, tt.matcher, tt.at)
		switch {
		case tt.want == "" && len(complaints) == 0:
		case len(complaints) == 1 && tt.want != "" && strings.Contains(complaints[0].Message, tt.want) && complaints[0].Pos.Line == 1:
		default:
			t.Errorf("%s at %s: %v, want %q", tt.matcher, tt.at.Want, complaints, tt.want)
		}
	}
}

// Under these keywords schemas stand by names of the user's own. Such a name is
// not taken for a keyword, and its schema is checked.
func TestNamedSchemas(t *testing.T) {
	for _, word := range []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"} {
		for schema, want := range map[string]int{`{typ: {type: string}}`: 0, `{a: {typ: string}}`: 1, `{typ: {typ: string}}`: 1} {
			if _, complaints := tryRead(t, "{$schema: {"+word+": "+schema+"}}", InJSON); len(complaints) != want {
				t.Errorf("%s: %s: %v, want %d complaints", word, schema, complaints, want)
			}
		}
	}
}

// Each unknown word beside a known one is complained of.
func TestUnknownWords(t *testing.T) {
	var got []string
	_, complaints := tryRead(t, `{$gt: "a", $less: 5, $more: 6}`, Textual)
	for _, c := range complaints {
		got = append(got, c.Message)
	}
	if want := []string{`unknown matcher "$less"`, `unknown matcher "$more"`}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Hints say what to write instead.
func TestHints(t *testing.T) {
	for matcher, want := range map[string]string{
		`{$gt: 5}`: "int(…)", `{$gt: abc}`: "in quotes", `{$gt: 5s}`: "in quotes", `{$gtee: 5}`: `"$gte"`, `{$each: a}`: "$starts_with",
	} {
		if _, c := tryRead(t, matcher, Textual); len(c) != 1 || !strings.Contains(c[0].Hint, want) {
			t.Errorf("%s: %v, want a hint with %s", matcher, c, want)
		}
	}
	if _, c := tryRead(t, `{$each: a}`, Textual); strings.Contains(c[0].Hint, "$each,") {
		t.Errorf("the hint is what is refused: %s", c[0].Hint)
	}
	for at, matcher := range map[*Position]string{octetField: `5`, numberField: `true`} {
		if _, c := tryRead(t, matcher, at); len(c) != 1 || c[0].Hint != "" {
			t.Errorf("%s at %s: %v, want no hint how to write text", matcher, at.Want, c)
		}
	}
	for at, want := range map[*Position]string{octetField: "hex or base64", numberField: "without quotes", wordField: `"peer"`} {
		if _, c := tryRead(t, `pear`, at); len(c) != 1 || !strings.Contains(c[0].Hint, want) {
			t.Errorf("at %s: %v, want a hint with %s", at.Want, c, want)
		}
	}
}

// A long text is matched until the context ends. A short text is matched without
// checking it, and short is longer for an expression without counted
// repetitions.
func TestLongText(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for matcher, most := range map[string]int{`{$matches: "^a{0,5}b"}`: 1 << 10, `{$matches: "^a+b$"}`: 32 << 10} {
		m := read(t, matcher, Textual)
		for _, n := range []int{most, most + 200} {
			text := strings.Repeat("a", n-1) + "b"
			wrong, err := MatchIn(over, m, text, "x")
			if err == nil || (n > most) != (len(wrong) == 1 && wrong[0].Why == "it took too long") {
				t.Errorf("%s of %d octets, when time is over: %v, %v", matcher, n, len(wrong), err)
			}
			inTime, err := MatchIn(t.Context(), m, text, "x")
			if want := matcher != `{$matches: "^a+b$"}`; err != nil || (len(inTime) > 0) != want {
				t.Errorf("%s of %d octets: %v, %v", matcher, n, len(inTime), err)
			}
		}
	}
}

// A search that would look at too many values does not begin.
func TestTooLongSearches(t *testing.T) {
	list := make([]any, 20_000)
	for i := range list {
		list[i] = "a"
	}
	for query, want := range map[string]verdict{`$..b`: isNot, `$..*..b`: cannotAsk, `$[?@.b == 1]`: isNot, `$[?@[*]]`: cannotAsk, `$[0]`: is} {
		m := read(t, `{$path: {"`+query+`": {$length: 1}}}`, InJSON)
		a := m.answer([]any(list))
		if a.is != want || want == cannotAsk && !strings.Contains(a.why, "20001 values") {
			t.Errorf("%s: %v, because %q, want %v", query, a.is, a.why, want)
		}
	}
}

// Mismatches are told with their path, as a person would say it.
func TestMismatches(t *testing.T) {
	list := func(items ...any) []any { return items }
	for _, tt := range []struct {
		matcher string
		v       any
		want    string
	}{
		{`[a, b]`, list("a"), "x: a list of 2, not a list of 1"},
		{`[a]`, list("b"), `x[0]: "a", not "b"`},
		{`{$each: a}`, list("a", "b"), `x[1]: "a", not "b"`},
		{`{$each: a}`, []any{}, "x: a list that is not empty, not []"},
		{`{$each: a}`, "a", `x: a list that is not empty, not "a"`},
		{`{$length: 2}`, "a", "x.length: 2, not 1"},
		{`{$length: 2}`, true, "x: something with a length, not true"},
		{`{$text: a}`, []byte("b"), `x.text: "a", not "b"`},
		{`{$text: a}`, []byte("b\xc3("), `x: text: "a", not hex 62c328 |b.(|`},
		{`{$matches: a}`, []byte("\xff"), `x: text that matches "a", not hex ff`},
		{`{$json: {a: 1}}`, "{", `x: JSON, not "{"`},
		{`{$json: {a: 1}}`, `{"a":2}`, "x.json.a: 1, not 2"},
		{`{$json: {a: 1}}`, true, "x: JSON, not true"},
		{`{a: {$exists: true}}`, decoded("{}"), "x.a: that it is there, not nothing"},
		{`{$path: {"$.a": 1}}`, decoded(`{"a":2}`), `x $["a"]: 1, not 2`},
		{`{$not: a}`, "a", `x: not ("a"), not "a"`},
		{`{$any_of: [a, b]}`, "c", `x: "a" or "b", not "c"`},
		{`{$where: it == 5}`, "c", `x: that it == 5 holds, not "c"`},
		{`{$exists: false}`, "c", `x: that it is not there, not "c"`},
		{`{$between: [1, 2]}`, 5, "x: between 1 and 2, not 5"},
		{`{$between: [1, "${two}"]}`, 5, "x: between 1 and 2, not 5"},
		{`{$approx: [1, "${two}"]}`, 5, "x: 1 ± 2, not 5"},
		{`{$multiple_of: 2.5}`, json.Number("6.0"), "x: a multiple of 2.5, not 6.0"},
		{`{$multiple_of: 20ms}`, 3600125 * time.Microsecond, "x: a multiple of 20ms, not 3.600125s"},
		{`{$multiple_of: 20001us}`, 20 * time.Millisecond, "x: a multiple of 20.001ms, not 20ms"},
		{`{later: 5}`, lines{}, "x.later: 5, not nothing: not yet"},
		{`"${objects}"`, list(decoded(`{"a":2,"b":3}`)), "x[0].a: 1, not 2"},
		{`"${objects}"`, list(decoded(`{"a":1}`), "b"), `x: [{"a":1}], not [{"a":1},"b"]`},
		{`{$schema: {type: object, required: [a]}}`, decoded("{}"), "x: a value that the schema allows, not missing property 'a'"},
		{`{$schema: {properties: {a: {items: {const: 1}}}}}`, decoded(`{"a":[2]}`), "x.a.0: a value that the schema allows, not value must be 1"},
	} {
		m, complaints := tryRead(t, tt.matcher, Any)
		if len(complaints) > 0 {
			if tt.want != "" {
				t.Errorf("%s: %v", tt.matcher, complaints)
			}
			continue
		}
		wrong := Match(m, tt.v, "x")
		if len(wrong) != 1 || wrong[0].Path+": "+wrong[0].Expected+", not "+wrong[0].Actual != tt.want {
			t.Errorf("%s of %s: %+v, want %s", tt.matcher, Show(tt.v), wrong, tt.want)
		}
		if wrong[0].Why == "" && wrong[0].Told() != wrong[0].Actual {
			t.Errorf("%s of %s is told as %s", tt.matcher, Show(tt.v), wrong[0].Told())
		}
		if wrong := Match(m, tt.v, ""); strings.HasPrefix(wrong[0].Path, ".") {
			t.Errorf("a path without a subject is %q", wrong[0].Path)
		}
	}
	if got := Show(NothingSince(context.Canceled)); got != "nothing: context canceled" {
		t.Errorf("a value that is missing for a reason is shown as %q", got)
	}
	for want, v := range map[string]any{
		"1.5s": 1500 * time.Millisecond, "hex " + strings.Repeat("61", 32) + " |" + strings.Repeat("a", 32) + "|": []byte(strings.Repeat("a", 32)),
		"33 octets, hex " + strings.Repeat("61", 32) + "… |" + strings.Repeat("a", 32) + "…|": []byte(strings.Repeat("a", 33)),
		`["a",1.5]`: []any{"a", 1.5}, "[Infinity]": []any{math.Inf(1)}, // JSON does not have it
	} {
		if got := Show(v); got != want {
			t.Errorf("%v is shown as %s, want %s", v, got, want)
		}
	}
}

// Matchers are described in words.
func TestDescriptions(t *testing.T) {
	for matcher, want := range map[string]string{
		`b`: `"b"`, `{$eq: b}`: `"b"`, `{$exact: b}`: `exact "b"`, `{$ne: b}`: `anything but "b"`, `{$in: [b, 1]}`: `one of ["b",1]`,
		`{$gt: 1}`: "more than 1", `{$gte: 1}`: "at least 1", `{$lt: 1}`: "less than 1", `{$lte: 1}`: "at most 1",
		`{$gt: 1, $lt: 3}`: "more than 1 and less than 3", `{$between: [1, "${two}"]}`: "between 1 and 2", `{$approx: [1s, 5ms]}`: "1s ± 5ms",
		`{$contains: b}`: `contains "b"`, `{$length: {$gt: 1}}`: "length more than 1", `{$type: string}`: "a value of type string",
		`{a: 1, b: [c]}`: `{a: 1, b: ["c"]}`, `{$each: {$unordered: [1, 2]}}`: "each in any order [1, 2]", `{$json: {a: 1}}`: "JSON: {a: 1}", `{$text: a}`: `text: "a"`,
		`{$path: {"$.a": 1, "$.b": 2}}`: `$["a"]: 1 and $["b"]: 2`, `{$matches: ^b}`: `text that matches "^b"`,
	} {
		if got := Describe(read(t, matcher, Any)); got != want {
			t.Errorf("%s is described as %s, want %s", matcher, got, want)
		}
	}
}

// The context is checked at every 64th character of a long text.
func TestLongTextIsLeft(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for ctx, want := range map[context.Context]int{over: 63, t.Context(): 1000} {
		r := runes{ctx: ctx, text: strings.NewReader(strings.Repeat("a", 1000))}
		n := 0
		for ; n <= 1000; n++ {
			if _, _, err := r.ReadRune(); err != nil {
				if !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				break
			}
		}
		if n != want {
			t.Errorf("%d characters are read, want %d", n, want)
		}
	}
}

// A schema that was not read cannot be asked of any value.
func TestUnreadSchema(t *testing.T) {
	m := read(t, `{$schema: some.json}`, InJSON)
	if a := m.answer("x"); a.is != cannotAsk || !strings.Contains(a.why, "some.json was not read") {
		t.Errorf("%v, %q", a.is, a.why)
	}
}

// A schema is read from its file, and what it refers to from other files. A
// schema in the suite refers to no file.
func TestSchemaFiles(t *testing.T) {
	files := func(url string) ([]byte, error) {
		text, ok := map[string]string{
			"file:///a.json": `{"$ref": "b.json"}`, "file:///b.json": `{"type": "string"}`, "file:///typ.json": `{"typ": "string"}`,
			"file:///bad.json": `{"type"`, "file:///lost.json": `{"$ref": "none.json"}`,
		}[url]
		if !ok {
			return nil, errors.New("no such file")
		}
		return []byte(text), nil
	}
	for file, want := range map[string]string{
		"a.json": "", "typ.json": `unknown keyword "typ" in the JSON Schema`, "bad.json": "unexpected EOF", "lost.json": "no such file", "none.json": "no such file",
	} {
		m := read(t, "{$schema: "+file+"}", InJSON)
		schema := m.Items[0].Schema
		var out diag.List
		schema.Load("file:///"+file, files, &out)
		complaints := out.Sorted()
		if want == "" && len(complaints) > 0 || want != "" && (len(complaints) != 1 || !strings.Contains(complaints[0].Message, want)) {
			t.Errorf("%s: %v, want %q", file, complaints, want)
		}
		if schema.File != file || file == "a.json" && (!m.Holds("b") || m.Holds(json.Number("5"))) {
			t.Errorf("%s, read from %s, holds for text: %v, for a number: %v", file, schema.File, m.Holds("b"), m.Holds(json.Number("5")))
		}
	}
	var out diag.List
	m := read(t, `{$schema: {type: string}}`, InJSON)
	if m.Items[0].Schema.Load("file:///none.json", files, &out); !out.Empty() || !m.Holds("b") {
		t.Errorf("what stands in the suite is read again: %v", out.Err())
	}
}

// Editors accept anything as a matcher.
func TestShape(t *testing.T) {
	var m Matcher
	var out diag.List
	shape := Shape(&m, InJSON)
	shape.Decode(yamldoc.Parse("t.yaml", "{$gt: 5}\n", &out), &out)
	if !out.Empty() || !m.Holds(6) || m.Holds(5) || shape.Describe(nil) == nil {
		t.Errorf("%s, %v", Describe(m), out.Err())
	}
}

// decoded gives the value of JSON.
func decoded(text string) any {
	v, err := expr.DecodeJSON([]byte(text))
	if err != nil {
		panic(err)
	}
	return v
}
