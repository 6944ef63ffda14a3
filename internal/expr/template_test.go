package expr

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTemplate(t *testing.T) {
	tests := []struct {
		name, src string
		want      any
	}{
		{"text", "hello", "hello"},
		{"empty", "", ""},
		{"dollar", "costs $5, $$6, $${x} and $", "costs $5, $6, ${x} and $"},
		{"alone keeps the type", "${ready.json.big}", json.Number("12345678901234567890")},
		{"alone keeps a list", "${codes}", []any{int64(1000), int64(1001)}},
		{"joined", "n=${vars.n}, ${ready.json.session}!", "n=3, s-1!"},
		{"number as it came", "=${ready.json.one}", "=1.0"},
		{"computed number", "=${1 / 4}", "=0.25"},
		{"duration", "=${ready.at}", "=1.5s"},
		{"braces inside", "${ {a: {b: '}'}}.a.b }", "}"},
		{"two", "${'a'}${'b'}", "ab"},
		{"duration alone", "${20ms * 2}", 40 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tmpl, err := Parse(test.src, Scope{})
			if err != nil {
				t.Fatalf("Parse(%q): %v", test.src, err)
			}
			got, err := tmpl.Eval(world())
			if err != nil {
				t.Fatalf("Eval(%q): %v", test.src, err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Eval(%q) (-want +got)\n%s", test.src, diff)
			}
		})
	}
}

func TestTemplateComplaints(t *testing.T) {
	tests := []struct{ name, src, word, want string }{
		{"unclosed", "a ${vars.n", "${", "${ is not closed"},
		{"unclosed text inside", "a ${'x}", "'", "not closed"},
		{"empty", "a ${ } b", " ", "empty"},
		{"typo", "größe: ${vars.m}", "m", `did you mean "n"`},
		{"null in text", "x${vars.none}", "${vars.none}", "null cannot stand in text"},
		{"list in text", "x${codes}", "${codes}", "write json(…)"},
		{"octets in text", "x${ready.data}", "${ready.data}", "write hex(…)"},
		{"object in text", "x${ready}", "${ready}", "cannot stand in text"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tmpl, err := Parse(test.src, Scope{})
			if err == nil {
				_, err = tmpl.Eval(world())
			}
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("Eval(%q) = error %v, want one with %q", test.src, err, test.want)
			}
			if word := test.src[e.Offset : e.Offset+e.Length]; word != test.word {
				t.Errorf("Eval(%q) points at %q, want %q", test.src, word, test.word)
			}
		})
	}
}

func TestTemplateNames(t *testing.T) {
	tmpl, err := Parse("${vars.greeting} ${event.json.id} $${env.X}", Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"vars", "greeting"}, {"event", "json", "id"}}, tmpl.Members()); diff != "" {
		t.Errorf("Members() (-want +got)\n%s", diff)
	}
	if !tmpl.UsesEvent() {
		t.Error("UsesEvent() = false, want true")
	}
	if _, ok := tmpl.Constant(); ok {
		t.Error("Constant() = true, want false")
	}
}
