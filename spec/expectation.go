package spec

import (
	"maps"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Group says how the items of an expectation belong together.
type Group string

// The groups. A single event is a group with one item.
const (
	Single    Group = ""
	Unordered Group = "unordered"
	InOrder   Group = "in_order"
	OneOf     Group = "one_of"
)

// Expectation is the events that a reading step looks for.
type Expectation struct {
	Pos   diag.Pos
	Group Group
	Items []Item
}

// Item is one event of an expectation. In a group it can name its own connection
// and label.
type Item struct {
	Pattern Pattern
	Exactly Value[int] // how often it comes; 1 if it is not set
	On      string
	As      string
	Name    string // of an alternative
	Nothing bool   // of an alternative: no event comes
	Outcome string // of an alternative: non_strict, informational, failed, or "" for the outcome that the rule asks for
	Because string // of an alternative with an outcome: why it has that one
}

// Kinds gives the kinds of the events, each once, in the order in which they are
// written.
func (e *Expectation) Kinds() []string {
	var out []string
	for _, it := range e.Items {
		if !it.Nothing && !slices.Contains(out, it.Pattern.Kind) {
			out = append(out, it.Pattern.Kind)
		}
	}
	return out
}

// Bind gives the expectation with every ${…} computed.
func (e Expectation) Bind(env expr.Env) (Expectation, error) {
	e.Items = slices.Clone(e.Items)
	for i := range e.Items {
		var err error
		if e.Items[i].Pattern, err = e.Items[i].Pattern.Bind(env); err != nil {
			return e, err
		}
		if err = e.Items[i].Exactly.bind(env); err != nil {
			return e, err
		}
	}
	return e, nil
}

// Times is how often the event of a bound item comes.
func (it *Item) Times() int {
	if n, ok := it.Exactly.Known(); ok {
		return n
	}
	return 1
}

// MaxExactly is the most events of one item.
const MaxExactly = 10_000

var exactlyUnit = unit[int]{"a number of events", func(s string) (int, error) {
	n, err := readCount(s)
	if err == nil && (n < 1 || n > MaxExactly) {
		return 0, diag.Hinted("that an event does not come is said with absent", "%d is not between 1 and %d", n, MaxExactly)
	}
	return n, err
}}

func expectationShape(e *Expectation) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		*e = readExpectation(n, out)
	}, describeExpectation)
}

func readExpectation(n *yamldoc.Node, out *diag.List) Expectation {
	e := Expectation{Pos: n.Pos}
	if often := n.Get("exactly"); often != nil && len(n.Fields) == 2 {
		out.Hintf(often.Pos, "such as {unordered: [{message: hello, exactly: 2}]}", "`exactly` stands in a group")
		out.Lose()
		return e
	}
	if len(n.Fields) != 1 {
		e.Items = []Item{{Pattern: readPattern(n, out)}}
		return e
	}
	f := n.Fields[0]
	switch Group(f.Key.Text) {
	case Unordered, InOrder:
		e.Pos, e.Group = f.Key.Pos, Group(f.Key.Text)
		if len(f.Value.Items) == 0 {
			yamldoc.Expected(f.Value, "a list of events", out)
			return e
		}
		for _, item := range f.Value.Items {
			e.Items = append(e.Items, readItem(item, out))
		}
	case OneOf:
		e.Pos, e.Group = f.Key.Pos, OneOf
		if len(f.Value.Fields) == 0 {
			yamldoc.Expected(f.Value, "a mapping of names to events", out)
			return e
		}
		for _, alt := range f.Value.Fields {
			it := readAlternative(alt, out)
			if it.Exactly.IsSet() {
				out.Hintf(it.Exactly.Pos, "the first that comes decides", "`exactly` does not stand in %s", OneOf)
			}
			e.Items = append(e.Items, it)
		}
		if !slices.ContainsFunc(e.Items, func(it Item) bool { return !it.Nothing }) {
			out.Hintf(f.Value.Pos, "add an event that may come, or use absent for an event that must not come", "nothing alone always holds")
		}
	default:
		e.Items = []Item{{Pattern: readPattern(n, out, string(Unordered), string(InOrder), string(OneOf))}}
	}
	return e
}

// itemKeys are the keys that an event of a group may have beside its kind.
var itemKeys = []string{"on", "as", "exactly"}

// readItem reads an event of a group.
func readItem(n *yamldoc.Node, out *diag.List) Item {
	var it Item
	event := *n
	event.Fields = nil
	for _, f := range n.Fields {
		if !slices.Contains(itemKeys, f.Key.Text) {
			event.Fields = append(event.Fields, f)
			continue
		}
		if f.Key.Text == "exactly" {
			valueShape(&it.Exactly, exactlyUnit).Decode(f.Value, out)
			continue
		}
		into := map[string]*string{"on": &it.On, "as": &it.As}[f.Key.Text]
		wordShape(into).Decode(f.Value, out)
	}
	it.Pattern = readPattern(&event, out)
	if it.Pattern.OnEndpoint() && it.On != "" {
		out.Hintf(n.Get("on").Pos, "such as {"+it.Pattern.Kind+": {endpoint: here}}", "a %s comes on an endpoint, not on a connection", it.Pattern.Kind)
	}
	return it
}

func readAlternative(f yamldoc.Field, out *diag.List) Item {
	if f.Value.Text == "nothing" {
		return Item{Name: f.Key.Text, Nothing: true, Pattern: Pattern{Pos: f.Value.Pos}}
	}
	var said Item
	event := readOutcome(f.Value, &said, out)
	it := Item{Nothing: isNothing(event), Pattern: Pattern{Pos: event.Pos}}
	if !it.Nothing {
		it = readItem(event, out)
	}
	it.Name, it.Outcome, it.Because = f.Key.Text, said.Outcome, said.Because
	return it
}

// readOutcome takes the outcome of an alternative, and why it has that one, from
// beside its event.
func readOutcome(n *yamldoc.Node, it *Item, out *diag.List) (event *yamldoc.Node) {
	outcome, because := n.Get("outcome"), n.Get("because")
	if outcome == nil && because == nil {
		return n
	}
	if outcome == nil && len(n.Fields) == 2 { // else it may be misspelt, which is told
		out.Hintf(because.Pos, "add outcome: non_strict, informational or failed", "because belongs to an outcome, and there is none")
	}
	if outcome != nil {
		yamldoc.Word(&it.Outcome, "non_strict", "informational", "failed").Decode(outcome, out)
	}
	if because != nil {
		yamldoc.Text(&it.Because).Decode(because, out)
	}
	rest := *n
	rest.Fields = slices.DeleteFunc(slices.Clone(n.Fields), func(f yamldoc.Field) bool {
		return f.Key.Text == "outcome" || f.Key.Text == "because"
	})
	return &rest
}

// isNothing reports whether an alternative is `nothing: {}`, the form of
// `nothing` that can have more keys beside it.
func isNothing(n *yamldoc.Node) bool {
	return len(n.Fields) == 1 && n.Get("nothing") != nil
}

// describeExpectation describes an event or a group of them.
func describeExpectation(d *yamldoc.Defs) *yamldoc.Schema {
	return d.Define("expectation", func() *yamldoc.Schema {
		kinds := words(eventFields)
		object := &yamldoc.Schema{Type: "object", Closed: true}
		for _, kind := range kinds {
			s := &yamldoc.Schema{}
			if kind == "stream" {
				s = describeStream(d)
			}
			object.Properties = append(object.Properties, yamldoc.Property{Name: kind, Schema: s})
		}
		list := &yamldoc.Schema{Type: "array", Items: &yamldoc.Schema{}}
		object.Properties = append(object.Properties,
			yamldoc.Property{Name: string(Unordered), Schema: list},
			yamldoc.Property{Name: string(InOrder), Schema: list},
			yamldoc.Property{Name: string(OneOf), Schema: &yamldoc.Schema{Type: "object"}})
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: kinds}, object}}
	})
}

// words gives the words of a table, sorted.
func words[T any](table map[string]T) []string { return slices.Sorted(maps.Keys(table)) }
