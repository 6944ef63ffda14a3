package match

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// row is everything about a word.
type row struct {
	word   string // as it is written; for a form without a word, its name in complaints
	takes  string // the operand, for the table of the docs
	of     Kind   // the kinds of values for which it has an answer
	no     Kind   // the kinds for which the answer is always no; it cannot be asked of other kinds
	want   string // what is expected, if not what describe says
	exists bool   // it asks whether the value exists
	inside bool   // it looks at lines ([expr.Lines]) itself; other words see the list of them if they are only for lists, and what they settle to otherwise
	bounds bounds
	sense
}

// sense is what a word does.
type sense interface {
	// read reads the operand, and complains if it means nothing here.
	read(r reader, m *Matcher, v *yamldoc.Node)
	// ask answers for a value whose kind is among the row's.
	ask(m *Matcher, v any, at *place, to *asking) answer
	// describe says in words what a bound matcher asks for.
	describe(m *Matcher) string
}

// bounds says on which sides a word limits a value.
type bounds uint8

const (
	below   bounds = 1 << iota // there is a least value
	above                      // there is a greatest value
	ordered                    // it asks for the order of values, so the value is a measure
	inside                     // it limits what its matchers limit
	turns                      // it holds for values beyond a limit, or for one of several matchers
)

// scalars are the kinds without items or members.
const scalars = Text | Number | Duration | Quantity | Octets | Boolean | Null

// table is the registry of words, in the order of the docs.
var table = []*row{
	{word: "$eq", takes: "a value", of: there &^ Named, bounds: below | above, inside: true, sense: equality{}},
	{word: "$ne", takes: "a value", of: anything &^ Named, bounds: turns, inside: true, sense: inequality{}},
	{word: "$gt", takes: "a number, a quantity, quoted text", of: measures, bounds: below | ordered,
		sense: order{"more than", func(c int) bool { return c > 0 }}},
	{word: "$gte", takes: "the same", of: measures, bounds: below | ordered,
		sense: order{"at least", func(c int) bool { return c >= 0 }}},
	{word: "$lt", takes: "the same", of: measures, bounds: above | ordered,
		sense: order{"less than", func(c int) bool { return c < 0 }}},
	{word: "$lte", takes: "the same", of: measures, bounds: above | ordered,
		sense: order{"at most", func(c int) bool { return c <= 0 }}},
	{word: "$between", takes: "two of the same", of: measures, bounds: below | above | ordered, sense: between{}},
	{word: "$approx", takes: "two numbers or quantities", of: measures &^ Text, bounds: below | above | ordered, sense: approx{}},
	{word: "$multiple_of", takes: "a number or quantity above zero", of: measures &^ Text, sense: multiple{}},
	{word: "$in", takes: "a list of values", of: there &^ Named, bounds: below | above, inside: true, sense: among{}},
	{word: "$exists", takes: "true or false", of: anything, exists: true, sense: existence{}},
	{word: "$contains", takes: "text, octets; of a list, an item", of: Text | Octets | List, inside: true, sense: part{"contains", containsPart}},
	{word: "$starts_with", takes: "text, octets", of: Text | Octets, sense: part{"starts with", startsWithPart}},
	{word: "$ends_with", takes: "text, octets", of: Text | Octets, sense: part{"ends with", endsWithPart}},
	{word: "$matches", takes: "a regular expression", of: Text | Octets, sense: pattern{}},
	{word: "$length", takes: "a matcher of a number", of: Text | Octets | List | Object, want: "something with a length", inside: true, sense: length{}},
	{word: "$type", takes: "a type", of: there, sense: typeOf{}},
	{word: "$not", takes: "a matcher", of: anything, bounds: turns, inside: true, sense: not{}},
	{word: "$all_of", takes: "matchers", of: anything, bounds: inside, inside: true, sense: allOf{}},
	{word: "$any_of", takes: "matchers", of: anything, bounds: turns, inside: true, sense: anyOf{}},
	{word: "$text", takes: "a matcher of text", of: Text | Octets, sense: asText{}},
	{word: "$json", takes: "a matcher of JSON", of: Text | Octets, want: "JSON", sense: inJSON{}},
	{word: "$msgpack", takes: "a matcher of MessagePack", of: Octets, want: "MessagePack", sense: unpacked{".msgpack", InMsgpack, expr.DecodeMsgpack}},
	{word: "$cbor", takes: "a matcher of CBOR", of: Octets, want: "CBOR", sense: unpacked{".cbor", InCBOR, expr.DecodeCBOR}},
	{word: "$protobuf", takes: "the name of a message, and a matcher", of: Octets, sense: inProto{".protobuf"}},
	{word: "$tag", takes: "matchers of a number and a value", of: Tagged, sense: tag{}},
	{word: "$each", takes: "a matcher", of: List, want: "a list that is not empty", sense: each{}},
	{word: "$unordered", takes: "matchers", of: List, sense: unordered{}},
	{word: "$exact", takes: "a value", of: there &^ Named, bounds: below | above, inside: true, sense: equality{}},
	{word: "$schema", takes: "a JSON Schema", of: JSON | Named, sense: bySchema{}},
	{word: "$path", takes: "matchers by query", of: JSON | Named, sense: byPath{}},
	{word: "$where", takes: "an expression", of: there &^ Quantity, inside: true, sense: where{}},
}

// measures are the kinds that have an order.
const measures = Text | Number | Duration | Quantity

// The forms that are written without a word.
var (
	plainRow  = &row{word: "a plain value", takes: "itself", of: there &^ Named, bounds: below | above, inside: true, sense: plain{}}
	objectRow = &row{word: "a mapping", takes: "matchers by name", of: Object | Named, no: scalars | List | Tagged, want: "an object", sense: object{}}
	listRow   = &row{word: "a list", takes: "matchers", of: List, no: scalars | Object | Tagged | Named, want: "a list", sense: list{}}
	protoRow  = &row{word: "a message", of: Octets, sense: inProto{}}
	unsetRow  = &row{word: "nothing", want: "a matcher"}
	allRow    = &row{word: "several matchers", of: anything, bounds: inside, inside: true, sense: allOf{}}
)

// seen gives the value as the word sees it.
func (r *row) seen(v any) any {
	lines, ok := v.(expr.Lines)
	switch {
	case !ok, r.inside:
		return v
	case r.of&Text == 0:
		return lines.List()
	}
	return expr.Settle(v)
}

func rowOf(word string) *row {
	for _, r := range table {
		if r.word == word {
			return r
		}
	}
	return nil
}

// Words gives the words of matchers, in the order of the docs.
func Words() []string {
	out := make([]string, len(table))
	for i, r := range table {
		out[i] = r.word
	}
	return out
}
