package match

import (
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
	var unknown []*yamldoc.Node
	for _, f := range v.Fields {
		item, ok := r.word(f)
		if !ok {
			unknown = append(unknown, f.Key)
			continue
		}
		m.Items = append(m.Items, item)
	}
	if len(m.Items) == 0 { // none of the keys is a word: that is one mistake
		unknown = unknown[:min(len(unknown), 1)]
	}
	for _, word := range unknown {
		r.out.Hintf(word.Pos, diag.DidYouMean(word.Text, Words()), "unknown matcher %q", word.Text)
	}
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
