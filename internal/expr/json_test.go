package expr

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// JSON keeps its order of keys and the form of its numbers. Text that readers
// understand differently is an error that says so.
func TestDecodeJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"zeta":1,"alpha":{"b":[1.0,1e2,"<&>"],"a":null},"":true}`: "",
		`[]`:                        "",
		`{}`:                        "",
		`"\ud83d\ude00"`:            `"😀"`,
		`12345678901234567890`:      "",
		` [ 1 ] `:                   `[1]`,
		`{"a":1,"a":2}`:             `the key "a" is given twice: JSON readers`,
		`{"b":{"a":1,"\u0061":2}}`:  `the key "a" is given twice: JSON readers`,
		`{"a":"\ud800"}`:            `JSON readers disagree`,
		`{"a":1} {"b":2}`:           "text after the JSON value, at octet 9",
		`{"a":1`:                    "it ends too early, at octet 7 inside an object",
		`["a`:                       "it ends too early, at octet 4 inside a list",
		``:                          "it ends too early: it is empty",
		`{"a" 1}`:                   "at octet 6: invalid character '1' after object name",
		`{"id":1,"score": NaN}`:     `"NaN" at octet 18 is no value`,
		`{"a":1,}`:                  `"}" at octet 8 is no key in double quotes`,
		`[1, ]`:                     `"]" at octet 5 is no value`,
		`hello`:                     `"hello" at octet 1 is no value`,
		`he/llo`:                    `"he…" at octet 1 is no value`,
		`[he]`:                      `"he" at octet 2 is no value`,
		"{\n \"ü\": None}":          `"None" at line 2, column 7 (octet 10) is no value`,
		`{"a":"\x"}`:                `at octet 7: invalid escape sequence`,
		"\ufeff{}":                  `"\ufeff" at octet 1 is no value`,
		`nul`:                       "it ends too early",
		"[\"\xff\"]":                "JSON readers disagree",
		`{'a':1}`:                   `"'" at octet 2 is no key in double quotes`,
		`01`:                        "text after the JSON value",
		strings.Repeat("[", 20_000): "at octet 10001 it is nested more than 10000 deep",
	} {
		v, err := DecodeJSON([]byte(text))
		if err != nil {
			if want == "" || !strings.Contains(err.Error(), want) {
				t.Errorf("DecodeJSON(%.40s) = %v, want %q", text, err, want)
			}
			if errors.Is(err, ErrAmbiguous) != strings.Contains(want, "JSON readers") {
				t.Errorf("DecodeJSON(%.40s) is ambiguous: %v", text, err)
			}
			continue
		}
		if want == "" {
			want = text
		}
		got, err := toJSON(newEvaluation(Env{}), []any{v})
		if err != nil || got != want {
			t.Errorf("DecodeJSON(%.40s) = %v, %v, want %s", text, got, err, want)
		}
	}
}

type thing struct{}

func (thing) Member(name string) (any, bool) {
	v, ok := map[string]any{"at": 1500 * time.Millisecond, "octets": []byte("ab"), "later": errors.New("not yet"), "list": []any{Map{"x": "y"}}}[name]
	return v, ok
}
func (thing) Members() []string { return []string{"at", "later", "list", "octets"} }

// An object becomes a mapping of its members, also within lists and mappings.
// Everything else stays as it is.
func TestPlain(t *testing.T) {
	const want = `{"at":"1.5s","list":[{"x":"y"}],"octets":"YWI="}`
	within := NewMapping(1)
	within.Set("o", thing{})
	for v, want := range map[any]string{
		&[]any{thing{}}:        want,
		&[]any{[]any{thing{}}}: "[" + want + "]",
		&[]any{within}:         `{"o":` + want + `}`,
	} {
		got, err := json.Marshal(Plain((*v.(*[]any))[0]))
		if err != nil || string(got) != want {
			t.Errorf("Plain = %s, %v, want %s", got, err, want)
		}
	}
	same := NewMapping(1)
	same.Set("a", []any{json.Number("1")})
	if Plain(same) != any(same) {
		t.Error("a mapping without objects is made anew")
	}
}

// Maps of Go become mappings.
func TestOrdered(t *testing.T) {
	m := NewMapping(2)
	m.Set("b", []any{NewMapping(0)})
	m.Set("a", nil)
	back := Ordered(Unordered(m))
	want := MappingOf(map[string]any{"a": nil, "b": []any{MappingOf(map[string]any{})}})
	if diff := cmp.Diff(want, back, cmp.AllowUnexported(Mapping{})); diff != "" {
		t.Errorf("Ordered(Unordered) (-want +got):\n%s", diff)
	}
	var none *Mapping
	if _, ok := none.Get("a"); ok || none.Len() != 0 || len(none.Names()) != 0 {
		t.Error("no mapping has a key")
	}
	for range none.All() {
		t.Error("no mapping has a key")
	}
}

// int reads text as a whole number, and refuses any other text.
func TestInt(t *testing.T) {
	for src, want := range map[string]string{
		"int('42') + 1": "43", "int('-7')": "-7", "int('0')": "0", "int(2.0)": "2", "int('12345678901234567890')": "12345678901234567890",
		"int('4.5')": "no whole number", "int('1e3')": "no whole number", "int('007')": "no whole number", "int(' 1')": "no whole number",
		"int('')": "no whole number", "int('0x10')": "no whole number", "int(2.5)": "not whole", "int('6 apples')": "no whole number",
		"int(1s)": "int", "int('" + strings.Repeat("9", 500) + "')": "number",
	} {
		p, err := Compile(src, Scope{})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		v, err := p.Eval(Env{})
		got := ""
		if err != nil {
			got = err.Error()
		} else if got, err = Text(v); err != nil {
			t.Fatal(err)
		}
		if got != want && (err == nil || !strings.Contains(got, want)) {
			t.Errorf("%.40s = %s, want %s", src, got, want)
		}
	}
}
