package match

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/theory/jsonpath"
)

// object is a mapping of names to matchers of members. The value may have
// further members.
type object struct{}

func (object) read(r reader, m *Matcher, n *yamldoc.Node) {
	for _, f := range n.Fields {
		name := value.Key(f.Key.Text)
		if r.at.Packed {
			name = value.PackedKey(f.Key, r.out)
		}
		if kind := keyKind(name); r.at.Keys != 0 && r.at.Keys&kind == 0 {
			r.out.Hintf(f.Key.Pos, "in quotes a key is text, and without quotes it may be a number", "a key of %s is %s, not %s", r.at.subject(), r.at.Keys, kind)
			continue
		}
		at, ok := r.at.member(name)
		if !ok {
			r.unknown(f.Key.Pos, name)
			continue
		}
		m.Fields = append(m.Fields, yamldoc.Entry[Matcher]{Name: name, Pos: f.Key.Pos, Value: r.in(at).matcher(f.Value)})
	}
}

// unknown complains of a member that the value does not have.
func (r reader) unknown(pos diag.Pos, name string) {
	r.out.Hintf(pos, diag.DidYouMean(name, slices.Sorted(maps.Keys(r.at.Members))), "unknown field %q of %s", keyText(name), r.at.called())
}

func (object) ask(m *Matcher, v any, at *place, to *asking) answer {
	a := yes
	for i := range m.Fields {
		f := &m.Fields[i]
		a = a.and(f.Value.ask(member(v, f.Name), at.key(f.Name), to))
	}
	return a
}

// member gives a member of an object. If there is none, it gives [Nothing].
func member(v any, name string) any {
	switch o := v.(type) {
	case *expr.Mapping:
		if item, ok := o.Get(name); ok {
			return item
		}
	case expr.Object:
		item, ok := o.Member(name)
		if why, broken := item.(error); broken {
			return NothingSince(why)
		}
		if ok {
			return item
		}
	}
	return Nothing
}

func (object) describe(m *Matcher) string {
	parts := make([]string, len(m.Fields))
	for i, f := range m.Fields {
		parts[i] = keyText(f.Name) + ": " + Describe(f.Value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// keyText gives a key of an object as a suite writes it.
func keyText(name string) string {
	if expr.IsTextKey(name) {
		return name
	}
	return expr.ShowKey(name)
}

// keyKind gives the kind of a key by its name.
func keyKind(name string) Kind {
	switch {
	case expr.IsTextKey(name):
		return Text
	case expr.ShowKey(name) == "null":
		return Null
	case expr.ShowKey(name) == "true", expr.ShowKey(name) == "false":
		return Boolean
	}
	return Number
}

// list is a list of matchers, one for each item, in order.
type list struct{}

func (list) read(r reader, m *Matcher, n *yamldoc.Node) { m.Items = r.in(r.at.inner()).all(n.Items) }

func (list) ask(m *Matcher, v any, at *place, to *asking) answer {
	items := v.([]any)
	if len(items) != len(m.Items) {
		to.tell(m, at, fmt.Sprintf("a list of %d", len(m.Items)), fmt.Sprintf("a list of %d", len(items)), "")
		return m.askable(items, to)
	}
	a := yes
	for i := range m.Items {
		a = a.and(m.Items[i].ask(items[i], at.item(i), to))
	}
	return a
}

// askable gives the answer for lists of different length. It is no, unless an
// item cannot be asked by the matcher at its position.
func (m *Matcher) askable(items []any, to *asking) answer {
	for i := range min(len(items), len(m.Items)) {
		if a := m.Items[i].ask(items[i], nil, to.quietly()); a.is == cannotAsk {
			return a
		}
	}
	return no
}

func (list) describe(m *Matcher) string { return "[" + describeAll(m.Items, ", ") + "]" }

// each is $each: every item matches, and there is at least one.
type each struct{}

func (each) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.Items = []Matcher{r.in(r.at.inner()).matcher(v)}
}

func (each) ask(m *Matcher, v any, at *place, to *asking) answer {
	items := v.([]any)
	if len(items) == 0 { // no item could be asked
		to.tell(m, at, m.row.want, Show(v), "")
		return no
	}
	a := yes
	for i, item := range items {
		a = a.and(m.Items[0].ask(item, at.item(i), to))
	}
	return a
}

func (each) describe(m *Matcher) string { return "each " + Describe(m.Items[0]) }

// unordered is $unordered: each item matches another one of the matchers.
type unordered struct{}

func (unordered) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.Items = r.in(r.at.inner()).several(v)
}

func (unordered) ask(m *Matcher, v any, _ *place, to *asking) answer {
	items := v.([]any)
	fits := make([][]bool, len(items)) // by item, then by matcher
	open := no                         // the answer if there is no such assignment
	for i, item := range items {
		fits[i] = make([]bool, len(m.Items))
		for k := range m.Items {
			a := m.Items[k].ask(item, nil, to.quietly())
			fits[i][k] = a.is == is
			if a.is == cannotAsk {
				open = a
			}
		}
	}
	if len(items) == len(m.Items) && assign(fits) {
		return yes
	}
	return open
}

// assign reports whether each row can get a column of its own in which it is
// true (augmenting paths, Kuhn 1955).
func assign(fits [][]bool) bool {
	owner := make([]int, len(fits)) // by column: the row that has it, or -1
	for i := range owner {
		owner[i] = -1
	}
	var find func(row int, tried []bool) bool
	find = func(row int, tried []bool) bool {
		for column, ok := range fits[row] {
			if !ok || tried[column] {
				continue
			}
			tried[column] = true
			if owner[column] < 0 || find(owner[column], tried) {
				owner[column] = row
				return true
			}
		}
		return false
	}
	for row := range fits {
		if !find(row, make([]bool, len(owner))) {
			return false
		}
	}
	return true
}

func (unordered) describe(m *Matcher) string {
	return "in any order [" + describeAll(m.Items, ", ") + "]"
}

// length is $length: the number of code points of text, of octets, of items or
// of members.
type length struct{}

func (length) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.Items = []Matcher{r.in(count).matcher(v)}
}

func (length) ask(m *Matcher, v any, at *place, to *asking) answer {
	return m.Items[0].ask(lengthOf(v), at.then(".length"), to)
}

func lengthOf(v any) int {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v)
	case expr.Lines:
		return v.Len()
	case []byte:
		return len(v)
	case []any:
		return len(v)
	case *expr.Mapping:
		return v.Len()
	}
	return 0
}

func (length) describe(m *Matcher) string { return "length " + Describe(m.Items[0]) }

// types are the words of $type: those of JSON Schema, and binary, tag and simple.
var types = []string{"string", "number", "integer", "boolean", "null", "object", "array", "binary", "tag", "simple"}

// Types gives the words that $type takes.
func Types() []string { return slices.Clone(types) }

// typeOf is $type.
type typeOf struct{}

func (typeOf) read(r reader, m *Matcher, v *yamldoc.Node) {
	if v.Kind != yamldoc.Scalar || v.IsEmpty() {
		yamldoc.Expected(v, "text", r.out)
		return
	}
	var word string
	yamldoc.Word(&word, types...).Decode(v, r.out)
	m.Data = value.Read(v, textScalar, r.out)
}

func (typeOf) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	word := m.Data.Value()
	if KindOf(v) == Number {
		d, ok := decimalOf(v)
		return answerOf(word == "number" && (ok || isEndless(v)) || word == "integer" && ok && d.isInteger())
	}
	if _, ok := v.(expr.Simple); ok {
		return answerOf(word == "simple")
	}
	return answerOf(map[Kind]any{Text: "string", Boolean: "boolean", Null: "null", Object: "object", Named: "object",
		List: "array", Octets: "binary", Tagged: "tag"}[KindOf(v)] == word)
}

func (typeOf) describe(m *Matcher) string { return fmt.Sprint("a value of type ", m.Data.Value()) }

// inJSON is $json: a matcher of the JSON that text or octets hold.
type inJSON struct{}

func (inJSON) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.Items = []Matcher{r.in(InJSON).matcher(v)}
}

func (inJSON) ask(m *Matcher, v any, at *place, to *asking) answer {
	octets, _ := octetsOf(v)
	held, err := expr.DecodeJSON(octets)
	if err != nil {
		to.tell(m, at, m.row.want, Show(v), err.Error())
		return no
	}
	return m.Items[0].ask(held, at.then(".json"), to)
}

func (inJSON) describe(m *Matcher) string { return "JSON: " + Describe(m.Items[0]) }

// unpacked is $msgpack and $cbor: a matcher of the value that octets hold.
type unpacked struct {
	path   string // of the value, behind that of the octets
	at     *Position
	decode func([]byte) (any, error)
}

func (u unpacked) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.Items = []Matcher{r.in(u.at).matcher(v)}
}

func (u unpacked) ask(m *Matcher, v any, at *place, to *asking) answer {
	held, err := u.decode(v.([]byte))
	if err != nil {
		to.tell(m, at, m.row.want, Show(v), err.Error())
		return no
	}
	return m.Items[0].ask(held, at.then(u.path), to)
}

func (unpacked) describe(m *Matcher) string { return m.row.want + ": " + Describe(m.Items[0]) }

// tag is $tag: matchers of the number of a tag and of its content.
type tag struct{}

func (tag) read(r reader, m *Matcher, v *yamldoc.Node) {
	if len(v.Items) != 2 {
		yamldoc.Expected(v, "a list of two: the number of the tag, and its content", r.out)
		return
	}
	m.Items = []Matcher{r.in(count).matcher(v.Items[0]), r.in(r.at.inner()).matcher(v.Items[1])}
}

func (tag) ask(m *Matcher, v any, at *place, to *asking) answer {
	t, ok := v.(*expr.Tag)
	if !ok { // a simple value
		return no
	}
	return m.Items[0].ask(t.Number, at.then(".tag"), to).and(m.Items[1].ask(t.Content, at.then(".value"), to))
}

func (tag) describe(m *Matcher) string {
	return "tag " + Describe(m.Items[0]) + " of " + Describe(m.Items[1])
}

// byPath is $path: matchers of what JSONPath queries select.
type byPath struct{}

func (byPath) read(r reader, m *Matcher, v *yamldoc.Node) {
	if len(v.Fields) == 0 {
		yamldoc.Expected(v, "a mapping of JSONPath queries to matchers", r.out)
		return
	}
	for _, f := range v.Fields {
		p, err := jsonpath.Parse(f.Key.Text)
		if err != nil {
			r.out.Hintf(f.Key.Pos, "a query of RFC 9535, such as $.items[0].id", "%v", err)
			continue
		}
		if number := inexactLiteral(f.Key.Text); number != "" {
			r.out.Hintf(f.Key.Pos, "compare it in the matcher, which is exact", "filters of JSONPath compare up to 15 digits, and %s has more", number)
			continue
		}
		m.Paths = append(m.Paths, PathMatcher{p, p.Query().Singular() != nil, r.in(InJSON).matcher(f.Value)})
	}
}

func (byPath) ask(m *Matcher, v any, at *place, to *asking) answer {
	if err := expr.Jsonable(expr.Plain(v)); err != nil {
		return cannot(err.Error())
	}
	doc := documentOf(v)
	switch {
	case m.tooLong(doc.size):
		return cannot(fmt.Sprintf("to search %d values in this way would take too long", doc.size))
	case doc.inexact != "" && m.filters():
		return cannot("filters of JSONPath compare up to 15 digits, and " + doc.inexact + " has more")
	}
	a := yes
	for i := range m.Paths {
		p := &m.Paths[i]
		a = a.and(p.Matcher.ask(p.selected(doc.value), at.then(" "+p.Path.String()), to))
	}
	return a
}

// selected gives what a query selects: one value if it can select only one, and
// otherwise the list of all.
func (p *PathMatcher) selected(v any) any {
	nodes := p.Path.Select(v)
	switch {
	case !p.Singular:
		return expr.Ordered([]any(nodes))
	case len(nodes) == 1:
		return expr.Ordered(nodes[0])
	}
	return Nothing
}

func (byPath) describe(m *Matcher) string {
	parts := make([]string, len(m.Paths))
	for i, p := range m.Paths {
		parts[i] = p.Path.String() + ": " + Describe(p.Matcher)
	}
	return strings.Join(parts, " and ")
}

// where is $where: an expression in which the value is called it.
type where struct{}

func (where) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.expression = &value.Expression{}
	value.ExpressionShape(m.expression).Decode(v, r.out)
}

func (where) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	holds, err := m.where(v)
	if err != nil {
		return cannot(strconv.Quote(m.expression.Text()) + ": " + reason(err))
	}
	return answerOf(holds)
}

func (where) describe(m *Matcher) string { return "that " + m.expression.Text() + " holds" }
