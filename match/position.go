package match

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Position is what is known beforehand of the values that a matcher will be held
// against. A matcher that could never hold, or never be asked, is therefore a
// complaint at once.
type Position struct {
	Of    Kind   // the kinds that the value can have; 0 for any
	Name  string // the name of the field for complaints; "" if Want says enough
	Want  string // what the value is, in words
	Words []string
	Read  func(n *yamldoc.Node) (any, error) // reads a written scalar

	// Computed reads the result of the ${…} of a scalar. Nil uses it as it is.
	Computed func(v any) (any, error)
	Inner    *Position            // the position of members and items; nil for the same position
	Members  map[string]*Position // the positions of members by name; not nil if there are no others
	Packed   bool                 // keys have YAML's own types, as in MessagePack and CBOR
	Keys     Kind                 // the kinds that keys can have; 0 for any
	Step     int                  // of text: $contains finds a part only after a multiple of so many octets; 0 is 1
	Always   bool                 // the value is never missing
}

// The positions of values that many fields or expressions have.
var (
	// Any is the value of an expression. There a bare 900ms is a duration, and
	// "900ms" is text.
	Any = &Position{Want: "the value of an expression", Read: expressionScalar}
	// InJSON is a value inside JSON, which has YAML's own types and no
	// quantities.
	InJSON = &Position{Of: JSON, Want: "a value in JSON", Read: value.Literal}
	// InMsgpack and InCBOR are values inside MessagePack and CBOR, which have YAML's
	// own types, octets and tags, and keys of any kind.
	InMsgpack = packed("MessagePack")
	InCBOR    = packed("CBOR")
	// Textual is text. Everything that is written is taken as it is.
	Textual = &Position{Of: Text, Want: "text", Read: textScalar}

	count = &Position{Of: Number, Want: "a whole number", Read: value.Literal, Always: true}
)

func packed(format string) *Position {
	return &Position{Of: JSON | Octets | Tagged, Want: "a value in " + format, Read: value.PackedLiteral, Packed: true}
}

func textScalar(n *yamldoc.Node) (any, error) { return n.Text, nil }

func expressionScalar(n *yamldoc.Node) (any, error) {
	if d, ok := bareDuration(n); ok {
		return d, nil
	}
	return value.PackedLiteral(n)
}

// bareDuration gives the duration that an unquoted scalar stands for. It may be
// negative.
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

// called gives the value's name in complaints.
func (p *Position) called() string {
	if p.Name == "" {
		return p.Want
	}
	return p.Name + ", which is " + p.Want
}

// member gives the position of a member, and false if there is no member with
// that name.
func (p *Position) member(name string) (*Position, bool) {
	if p.Members == nil {
		return p.inner(), true
	}
	at, ok := p.Members[name]
	return at, ok
}

// inner gives the position of members and items.
func (p *Position) inner() *Position {
	if p.Inner == nil {
		return p
	}
	return p.Inner
}

// reader reads the matchers of one position.
type reader struct {
	at  *Position
	out *diag.List
}

func (r reader) in(p *Position) reader { return reader{p, r.out} }

// allows complains about a word that cannot be asked of any value here, or has the
// same answer for all of them.
func (r reader) allows(m *Matcher) bool {
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

// has reports whether a word can be asked here.
func (p *Position) has(r *row) bool {
	return p.Of == 0 || r.of&p.Of != 0 && !(r.exists && p.Always)
}

// operand reads the operand of a matcher in the way of the position. It reports
// whether there was no complaint.
func (r reader) operand(m *Matcher, n *yamldoc.Node) bool {
	before := r.out.Len()
	m.Data, m.at = r.data(n), r.at
	return r.out.Len() == before
}

// data reads a value of the position.
func (r reader) data(n *yamldoc.Node) value.Data {
	if r.at.Packed {
		return value.ReadPacked(n, r.out)
	}
	return value.Read(n, r.at.Read, r.out)
}

// constant complains about a written value that can never be equal. An `expect`
// with it could never pass, and an `absent` or a `$ne` would always pass.
func (r reader) constant(d value.Data) bool {
	v, written := d.Written()
	kind, shown := KindOf(v), Show(v)
	if !written {
		kind = formOf(d)
		shown = kind.String()
	}
	text, _ := v.(string)
	if kind == 0 || r.at.canBe(kind) && (kind != Text || r.at.Words == nil || slices.Contains(r.at.Words, text)) {
		return true // a computed value is not known yet
	}
	hint := ""
	switch {
	case r.at.Words != nil:
		hint = diag.DidYouMean(text, r.at.Words)
	case kind == Text && r.at.Of == Octets:
		hint = "ask for {$text: …}, hex or base64, or write ${unhex('…')}"
	case kind == Text:
		hint = "without quotes it is no text"
	}
	r.out.Hintf(d.Pos, hint, "%s is %s, never %s", r.at.subject(), r.at.Want, shown)
	return false
}

// formOf gives the kind of a list or an object, and 0 for anything else.
func formOf(d value.Data) Kind {
	if _, ok := d.Items(); ok {
		return List
	}
	if _, ok := d.Fields(); ok {
		return Object
	}
	return 0
}

// subject gives the subject of a sentence about the value.
func (p *Position) subject() string {
	if p.Name == "" {
		return "this"
	}
	return p.Name
}

// canBe reports whether the value can have a kind.
func (p *Position) canBe(kind Kind) bool { return p.Of == 0 || p.Of&kind != 0 }
