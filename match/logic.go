package match

import (
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// allOf is $all_of, and also a mapping with several words.
type allOf struct{}

func (allOf) read(r reader, m *Matcher, v *yamldoc.Node) {
	if m.row != allRow {
		m.Items = r.several(v)
		return
	}
	for _, f := range words(v, r.out) {
		m.Items = append(m.Items, r.word(f))
	}
}

// words gives the keys of a matcher that are words, and complains of the others.
func words(n *yamldoc.Node, out *diag.List) []yamldoc.Field {
	var known []yamldoc.Field
	var unknown []*yamldoc.Node
	for _, f := range n.Fields {
		if rowOf(f.Key.Text) == nil {
			unknown = append(unknown, f.Key)
			continue
		}
		known = append(known, f)
	}
	if len(known) == 0 { // none of the keys is a word: that is one mistake
		unknown = unknown[:min(len(unknown), 1)]
	}
	for _, word := range unknown {
		hint := diag.DidYouMean(word.Text, Words())
		if hint == "" && strings.HasPrefix(word.Text, "$") {
			hint = "a key that begins with $ is written $" + word.Text
		}
		out.Hintf(word.Pos, hint, "unknown matcher %q", word.Text)
	}
	return known
}

func (allOf) ask(m *Matcher, v any, at *place, to *asking) answer {
	a := yes
	for i := range m.Items {
		a = a.and(m.Items[i].ask(v, at, to))
	}
	return a
}

func (allOf) describe(m *Matcher) string { return describeAll(m.Items, " and ") }

// anyOf is $any_of.
type anyOf struct{}

func (anyOf) read(r reader, m *Matcher, v *yamldoc.Node) { m.Items = r.several(v) }

func (anyOf) ask(m *Matcher, v any, _ *place, to *asking) answer {
	a := no
	for i := range m.Items {
		a = a.or(m.Items[i].ask(v, nil, to.quietly()))
	}
	return a
}

func (anyOf) describe(m *Matcher) string { return describeAll(m.Items, " or ") }

// not is $not.
type not struct{}

func (not) read(r reader, m *Matcher, v *yamldoc.Node) { m.Items = []Matcher{r.matcher(v)} }

func (not) ask(m *Matcher, v any, _ *place, to *asking) answer {
	return m.Items[0].ask(v, nil, to.quietly()).opposite()
}

func (not) describe(m *Matcher) string { return "not (" + Describe(m.Items[0]) + ")" }

// several reads a list of matchers. It complains if the list is empty.
func (r reader) several(n *yamldoc.Node) []Matcher {
	if len(n.Items) == 0 {
		yamldoc.Expected(n, "a list of matchers", r.out)
	}
	return r.all(n.Items)
}

func (r reader) all(nodes []*yamldoc.Node) []Matcher {
	var out []Matcher
	for _, n := range nodes {
		out = append(out, r.matcher(n))
	}
	return out
}
