package match

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Position is what is known, before anything happens, of the values that a
// matcher will be held against: so what could never hold, or could never be
// asked, is a complaint at once.
type Position struct {
	Of    Kind   // what the value can be; 0: anything
	Name  string // of the field, for complaints; "" where Want says enough
	Want  string // what the value is, in words
	Words []string
	Read  func(n *yamldoc.Node) (any, error) // reads a scalar that is written

	// Computed reads what a ${…} of a scalar gave; nil takes it as it is.
	Computed func(v any) (any, error)
	Inner    *Position            // of members and items; nil: as it is itself
	Members  map[string]*Position // of the members by name, if there are no others
	Step     int                  // of text: a part of it has a multiple of so many characters before it; 0 is 1
	Always   bool                 // the value is never missing
}

// The positions that any field or expression can have.
var (
	// Any is beside an expression: a bare 900ms is a duration there, and "900ms"
	// text.
	Any = &Position{Want: "the value of an expression", Read: expressionScalar}
	// InJSON is inside JSON, in which YAML's own types hold and no quantity exists.
	InJSON = &Position{Of: JSON, Want: "a value in JSON", Read: value.Literal}
	// Textual is text, in which what is written is taken as it is.
	Textual = &Position{Of: Text, Want: "text", Read: textScalar}

	count = &Position{Of: Number, Want: "a whole number", Read: value.Literal, Always: true}
)

func textScalar(n *yamldoc.Node) (any, error) { return n.Text, nil }

func expressionScalar(n *yamldoc.Node) (any, error) {
	if d, ok := bareDuration(n); ok {
		return d, nil
	}
	return value.Literal(n)
}

// bareDuration gives the duration, also below zero, that a plain scalar is.
func bareDuration(n *yamldoc.Node) (any, bool) {
	if n.Quoted {
		return nil, false
	}
	text, negative := strings.CutPrefix(n.Text, "-")
	d, err := expr.ParseDuration(text)
	if negative {
		d = -d
	}
	return d, err == nil
}

// called is what complaints call the value.
func (p *Position) called() string {
	if p.Name == "" {
		return p.Want
	}
	return p.Name + ", which is " + p.Want
}

// member is the position of a member; false where there is none of that name.
func (p *Position) member(name string) (*Position, bool) {
	if p.Members == nil {
		return p.inner(), true
	}
	at, ok := p.Members[name]
	return at, ok
}

// inner is the position of members and items.
func (p *Position) inner() *Position {
	if p.Inner == nil {
		return p
	}
	return p.Inner
}

// reading is how an operand is read: where it stands, and who hears complaints.
type reading struct {
	at  *Position
	out *diag.List
}

func (r reading) in(p *Position) reading { return reading{p, r.out} }

// allows complains of a word that has no answer for anything which the value can
// be: it could never hold, or its opposite always would.
func (r reading) allows(m *Matcher) bool {
	if r.at.has(m.row) {
		return true
	}
	var words []string
	for _, row := range table {
		if r.at.has(row) {
			words = append(words, row.word)
		}
	}
	r.out.Hintf(m.Pos, "a plain value, or one of "+strings.Join(words, ", "), "%s cannot be held against %s", m.name(), r.at.called())
	return false
}

// has reports whether a word can be asked there.
func (p *Position) has(r *row) bool {
	return p.Of == 0 || r.of&p.Of != 0 && !(r.exists && p.Always)
}

// operand reads the operand of a matcher as values are written there, and
// reports whether that went without a complaint.
func (r reading) operand(m *Matcher, n *yamldoc.Node) bool {
	before := r.out.Len()
	m.Data, m.computed = value.Read(n, r.at.Read, r.out), r.at.Computed
	return r.out.Len() == before
}

// constant complains of what is written and can never be equal: an `expect` of
// it could never pass, and an `absent` or a `$ne` of it always would.
func (r reading) constant(d value.Data) bool {
	v, written := d.Written()
	kind, shown := KindOf(v), Show(v)
	if !written {
		kind = formOf(d)
		shown = kind.String()
	}
	text, _ := v.(string)
	if kind == 0 || r.at.canBe(kind) && (kind != Text || r.at.Words == nil || slices.Contains(r.at.Words, text)) {
		return true // what is computed is not known yet
	}
	hint := ""
	switch {
	case r.at.Words != nil:
		hint = diag.DidYouMean(text, r.at.Words)
	case kind == Text && r.at.Of == Octets:
		hint = "ask for hex or base64, or write ${unhex('…')}"
	case kind == Text:
		hint = "without quotes it is no text"
	}
	r.out.Hintf(d.Pos, hint, "%s is %s, never %s", r.at.subject(), r.at.Want, shown)
	return false
}

// formOf is whether data is a list or an object; 0 if it is neither.
func formOf(d value.Data) Kind {
	if _, ok := d.Items(); ok {
		return List
	}
	if _, ok := d.Fields(); ok {
		return Object
	}
	return 0
}

// subject is what a sentence is about.
func (p *Position) subject() string {
	if p.Name == "" {
		return "this"
	}
	return p.Name
}

// canBe reports whether the value can be of a kind.
func (p *Position) canBe(kind Kind) bool { return p.Of == 0 || p.Of&kind != 0 }
