package expr_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/internal/expr"
)

type matcher struct{}

func (matcher) Condition() string { return "{$gt: 5}" }

// A matcher is handed on, and nothing else can be done with it.
func TestConditions(t *testing.T) {
	env := expr.Env{Names: expr.Map{"m": matcher{}, "list": []any{matcher{}}, "o": expr.MappingOf(map[string]any{"m": matcher{}})}}
	for text, want := range map[string]string{
		"${m}": "", "${o.m}": "", "${list[0]}": "", "${[m][0]}": "", "${{a: m}.a}": "", "${true ? m : 1}": "", "${filter(list, true)[0]}": "", "${(list + list)[1]}": "",
		"x ${m}": "a matcher cannot stand in text", "${m == 5}": "cannot compare a matcher with the number 5", "${m == m}": "cannot compare a matcher with a matcher",
		"${m in list}": "can be compared with a matcher", "${m > 5}": "cannot compare a matcher", "${m + 1}": "cannot add", "${not m}": "not needs true or false, not a matcher",
		"${m.a}": "a matcher has no members", "${m[0]}": "a matcher has no elements", "${len(m)}": "len needs", "${json(m)}": "json needs", "${hex(m)}": "hex needs",
		"${m == null}": "false",
	} {
		p, err := expr.Parse(text, expr.Scope{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		v, err := p.Eval(env)
		switch {
		case want == "" && (err != nil || v != any(matcher{})):
			t.Errorf("%s is %v, %v, want the matcher", text, v, err)
		case want == "false":
			if v != false {
				t.Errorf("%s is %v, %v", text, v, err)
			}
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s is %v, %v, want %s", text, v, err, want)
		}
	}
}

// A text that is nothing but a chain of names is known as one.
func TestChains(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "a": nil, "${a}": {"a"}, "${ a.b }": {"a", "b"}, "${a['X-Y'].c}": {"a", "X-Y", "c"}, "${(a.b).c}": {"a", "b", "c"},
		"${a.b[0]}": nil, "${a.b + 1}": nil, "x${a}": nil, "${a}${b}": nil, "${5}": nil, "${'a'}": nil, "${f}": {"f"}, "${len(a)}": nil, "${[a][0].b}": nil, "${-a}": nil,
	} {
		p, err := expr.Parse(text, expr.Scope{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := p.Chain(); !slices.Equal(got, want) {
			t.Errorf("%s is the chain %q, want %q", text, got, want)
		}
	}
}
