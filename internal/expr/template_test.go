package expr

import (
	"encoding/json"
	"errors"
	"fmt"
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

// The expressions of a text are looked at one by one, with their own names, and complain where they stand in
// the whole text.
func TestEachExpression(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"plain", "[] <nil>"},
		{"${1 / 0}", "[] division by zero at 2"},
		{"a ${b.c} ${1 / 0} ${uuid()}", "[b.c] unknown name \"b\" at 4, [] division by zero at 11, [] varies"},
		{"${a} ${[1]}", "[a] unknown name \"a\" at 2, [] a list of 1 cannot stand in text: write json(…) at 5"},
	} {
		whole, err := Parse(tt.src, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, each := range whole.Each() {
			var names []string
			for _, path := range each.Members() {
				names = append(names, strings.Join(path, "."))
			}
			said := fmt.Sprint(names)
			var e *Error
			switch _, err := each.Eval(Env{Names: Map{}}); {
			case each.Varies():
				said += " varies"
			case errors.As(err, &e):
				said += fmt.Sprintf(" %s at %d", e.Message, e.Offset)
			default:
				said += fmt.Sprint(" ", err)
			}
			got = append(got, said)
		}
		if all := strings.Join(got, ", "); all != tt.want {
			t.Errorf("%s: got %s, want %s", tt.src, all, tt.want)
		}
	}
}
