package match

import "strings"

// columns are the kinds of values in the table of the docs.
var columns = []struct {
	title string
	kind  Kind
}{
	{"text", Text}, {"number", Number}, {"duration", Duration}, {"other quantity", Quantity}, {"octets", Octets},
	{"true, false", Boolean}, {"null", Null}, {"list", List}, {"object", Object}, {"tag", Tagged}, {"headers, event, label", Named}, {"missing", Missing},
}

// Table gives the words and forms of matchers as the rows of a Markdown table,
// with what they are for each kind of value.
func Table() string {
	var b strings.Builder
	b.WriteString("| matcher of a value | takes |")
	for _, c := range columns {
		b.WriteString(" " + c.title + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, r := range append([]*row{plainRow, objectRow, listRow}, table...) {
		name := r.word
		if strings.HasPrefix(name, "$") {
			name = "`" + name + "`"
		}
		b.WriteString("| " + name + " | " + r.takes + " |")
		for _, c := range columns {
			b.WriteString(" " + r.cell(c.kind) + " |")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// cell says what a word is for a kind of value.
func (r *row) cell(k Kind) string {
	switch {
	case r.of&k != 0:
		return "asked"
	case (r.no|Missing)&k != 0:
		return "no"
	}
	return "–"
}
