package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/match"
)

// Each verb stands in the registry once, with an action and a sentence.
func TestRegistry(t *testing.T) {
	for i, v := range verbs {
		if first, _ := find(v.name); first.doc != v.doc {
			t.Errorf("row %d, %q, is there twice", i, v.name)
		}
		if v.make() == v.make() {
			t.Errorf("two steps %q would share one action", v.name)
		}
		if !strings.HasSuffix(v.doc, ".") {
			t.Errorf("%q is documented by %q, want a sentence", v.name, v.doc)
		}
	}
	if f := FactsOf("load"); f != (Facts{}) {
		t.Errorf("facts of no verb: %+v", f)
	}
}

// verbsThat gives exactly the verbs whose facts pass.
func TestVerbsThat(t *testing.T) {
	want := []string{"repeat", "parallel", "use"}
	if got := verbsThat(func(f Facts) bool { return f.Manner == Around }); !slices.Equal(got, want) {
		t.Errorf("around others are %v, want %v", got, want)
	}
	if got := verbsThat(func(Facts) bool { return false }); got != nil {
		t.Errorf("of no verb it is so, but given are %v", got)
	}
}

// An empty name is refused wherever a name stands.
func TestEmptyNames(t *testing.T) {
	for _, yaml := range []string{`{connect: {}, on: ""}`, `{send: a, as: ""}`, `{use: ""}`, `{remove_listener: ""}`} {
		var out diag.List
		Parse("t.yaml", "scenarios: [{name: n, steps: ["+yaml+"]}]", &out)
		if got := fmt.Sprint(out.Err()); !strings.Contains(got, "a name must not be empty") {
			t.Errorf("%s: %s", yaml, got)
		}
	}
}

// The facts of a verb agree with the type of its action.
func TestFactsAgreeWithActions(t *testing.T) {
	for _, v := range verbs {
		t.Run(v.name, func(t *testing.T) {
			_, reads := v.make().(*Expect)
			if got := v.facts.Manner == Reads; got != reads {
				t.Errorf("reads: %v, want %v", got, reads)
			}
			f := fill(v.make())
			_, uses := f.action.(*Use)
			if got, want := v.facts.Manner == Around, uses || len(f.names.Blocks) > 0; got != want {
				t.Errorf("is around other steps: %v, want %v", got, want)
			}
			if v.facts.Link == Apart && len(f.names.Connections) > 0 {
				t.Errorf("it names the connections %v, but has nothing to do with any", f.names.Connections)
			}
			if got, want := v.facts.Link == Makes, len(f.names.Dialects) > 0; got != want {
				t.Errorf("makes a connection: %v, but takes a dialect: %v", got, want)
			}
		})
	}
}

// Everything in an action that must be looked up is among its names: the checker
// looks nowhere else.
func TestNamesAreComplete(t *testing.T) {
	for _, v := range verbs {
		f := fill(v.make())
		n := f.names
		for what, lists := range map[string][2][]any{
			"payloads":    {f.payloads, anyOf(n.Payloads)},
			"messages":    {f.messages, anyOf(n.Messages)},
			"matchers":    {f.matchers, matchersOf(n)},
			"sources":     {f.sources, anyOf(slices.Concat(n.Sources, n.References))},
			"dialects":    {f.dialects, anyOf(n.Dialects)},
			"patterns":    {f.patterns, anyOf(n.Patterns)},
			"expressions": {f.expressions, anyOf(n.Expressions)},
			"labels":      {f.labels, append(textsOf(n.Labels), textsOf(n.Programs)...)},
			"blocks":      {f.blocks, verbsOf(n.Blocks)},
		} {
			for _, held := range lists[0] {
				if !slices.Contains(lists[1], held) {
					t.Errorf("%s holds %v, which is not among its %s %v", v.name, held, what, lists[1])
				}
			}
			if len(lists[0]) != len(lists[1]) {
				t.Errorf("%s names %d %s, and holds %d", v.name, len(lists[1]), what, len(lists[0]))
			}
		}
	}
}

func anyOf[T any](list []*T) []any {
	out := make([]any, len(list))
	for i, p := range list {
		out[i] = p
	}
	return out
}

// matchersOf gives the matchers of names, except those of patterns, which have a row.
func matchersOf(n Names) []any { return anyOf(n.Matchers) }

func textsOf(names []Name) []any {
	var out []any
	for _, n := range names {
		out = append(out, n.Text)
	}
	return out
}

func verbsOf(blocks []Block) []any {
	var out []any
	for _, b := range blocks {
		out = append(out, b.Steps[0].Verb)
	}
	return out
}

// filled is an action with every field set, and what the fields hold.
type filled struct {
	action Action
	names  Names

	payloads, messages, matchers, sources, dialects, patterns, expressions, labels, blocks []any
}

func fill(a Action) filled {
	f := filled{action: a}
	f.value(reflect.ValueOf(a).Elem())
	f.names = a.Names()
	return f
}

// word makes up a name.
func (f *filled) word() string { return fmt.Sprint("n", len(f.labels)+len(f.blocks)) }

func (f *filled) value(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *Payload:
		f.payloads = append(f.payloads, p)
		return
	case *Send:
		f.messages = append(f.messages, p)
	case *Source:
		f.sources = append(f.sources, p)
		return
	case *Dialect:
		f.dialects = append(f.dialects, p)
		return
	case *Pattern:
		f.patterns = append(f.patterns, p)
		return
	case *value.Expression:
		f.expressions = append(f.expressions, p)
		return
	case *match.Matcher:
		f.matchers = append(f.matchers, p)
		return
	case *Name:
		p.Text = f.word()
		f.labels = append(f.labels, p.Text)
		return
	case *expr.Moment:
		p.Label = f.word()
		f.labels = append(f.labels, p.Label)
		return
	case *[]Step:
		*p = []Step{{Verb: f.word()}}
		f.blocks = append(f.blocks, (*p)[0].Verb)
		return
	case *Quantity:
		f.matchers = append(f.matchers, &p.Matcher)
		return
	case *value.Interpolation, *value.Data: // they name nothing that must be looked up
		return
	}
	f.inside(v)
}

// inside fills what a pointer, a list or a struct holds.
func (f *filled) inside(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem())
	case reflect.String:
		v.SetString("a word")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.value(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				f.value(v.Field(i))
			}
		}
	}
}
