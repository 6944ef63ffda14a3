package match

import (
	"cmp"
	"strings"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// order is $gt, $gte, $lt and $lte.
type order struct {
	says  string
	holds func(c int) bool
}

func (order) read(r reading, m *Matcher, v *yamldoc.Node) {
	if r.operand(m, v) {
		r.measure(v, m.Data)
	}
}

func (o order) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	c, a := compare(v, m.Data.Value())
	return a.and(answerOf(o.holds(c)))
}

func (o order) describe(m *Matcher) string { return o.says + " " + Show(m.Data.Value()) }

// between is $between, both ends included.
type between struct{}

func (between) read(r reading, m *Matcher, v *yamldoc.Node) {
	if r.pair(m, v) && m.emptyRange().is == cannotAsk {
		r.out.Hintf(v.Pos, "write the lower end first", "nothing lies between these, and its opposite is always so")
	}
}

// emptyRange cannot be asked of anything: nothing lies in it, so that its
// opposite would always hold. Ends that are still to be computed are not known.
func (m *Matcher) emptyRange() answer {
	if m.Data.Computed() != nil {
		return yes
	}
	ends, _ := m.Data.Value().([]any)
	if len(ends) != 2 {
		return cannot("a range has two ends")
	}
	c, a := compare(ends[0], ends[1])
	if a.is == cannotAsk {
		return a
	}
	if c > 0 {
		return cannot("the lower end is more than the upper")
	}
	return yes
}

func (between) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	if a := m.emptyRange(); a.is == cannotAsk {
		return a
	}
	ends := m.Data.Value().([]any)
	low, a := compare(v, ends[0])
	high, b := compare(v, ends[1])
	return a.and(b).and(answerOf(low >= 0 && high <= 0))
}

func (between) describe(m *Matcher) string {
	if ends, ok := m.Data.Value().([]any); ok && len(ends) == 2 {
		return "between " + Show(ends[0]) + " and " + Show(ends[1])
	}
	return "between " + Show(m.Data.Value())
}

// approx is $approx: not further from a value than a tolerance, exactly.
type approx struct{}

func (approx) read(r reading, m *Matcher, v *yamldoc.Node) {
	for _, item := range v.Items {
		if !r.at.canBe(Text) {
			break
		}
		if text, err := r.at.Read(item); err == nil && KindOf(text) == Text && !strings.Contains(item.Text, "${") {
			r.out.Hintf(item.Pos, "such as [10, 0.5]", "$approx takes numbers or quantities, and this is text")
			return
		}
	}
	r.pair(m, v)
}

func (approx) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	pair, _ := m.Data.Value().([]any)
	if len(pair) != 2 {
		return cannot("$approx takes a value and a tolerance")
	}
	if d, ok := v.(time.Duration); ok {
		want, ok1 := durationOf(pair[0])
		tolerance, ok2 := durationOf(pair[1])
		if !ok1 || !ok2 {
			return cannot("a duration is near to a duration only")
		}
		return answerOf((d - want).Abs() <= tolerance)
	}
	got, _ := decimalOf(v)
	want, ok1 := decimalOf(pair[0])
	tolerance, ok2 := decimalOf(pair[1])
	if !ok1 || !ok2 {
		return cannot("a number is near to a number only")
	}
	return answerOf(got.distance(want).compare(tolerance) <= 0)
}

func (approx) describe(m *Matcher) string {
	if pair, ok := m.Data.Value().([]any); ok && len(pair) == 2 {
		return Show(pair[0]) + " ± " + Show(pair[1])
	}
	return "about " + Show(m.Data.Value())
}

// pair reads a list of two measures.
func (r reading) pair(m *Matcher, n *yamldoc.Node) bool {
	if n.Kind != yamldoc.Sequence || len(n.Items) != 2 {
		yamldoc.Expected(n, "a list of two", r.out)
		return false
	}
	if !r.operand(m, n) {
		return false
	}
	items, _ := m.Data.Items()
	return r.measure(n.Items[0], items[0]) && r.measure(n.Items[1], items[1])
}

// measure complains of an operand that has no order: it is a number, a quantity,
// or text in quotes. A bare word is a complaint, since nobody sees whether it is
// meant as text.
func (r reading) measure(n *yamldoc.Node, d value.Data) bool {
	if n.Kind != yamldoc.Scalar || n.IsEmpty() {
		yamldoc.Expected(n, "one value", r.out)
		return false
	}
	v, written := d.Written()
	switch {
	case !written:
		return true
	case KindOf(v) == Text && r.at.canBe(Text):
		return r.quoted(n)
	case !r.constant(d):
		return false
	case KindOf(v)&measures == 0:
		r.out.Addf(n.Pos, "%s has no order", Show(v))
		return false
	}
	return true
}

// quoted complains of text that is to be compared by its order and has no quotes.
func (r reading) quoted(n *yamldoc.Node) bool {
	const octets = "in quotes it is text, ordered by its octets"
	switch {
	case n.Quoted:
		return true
	case yamldoc.IsNumber(n):
		r.out.Hintf(n.Pos, "ask for json, or for int(…) in an assert; "+octets, "the number %s has no order with %s", n.Text, r.at.called())
	case isQuantity(n.Text):
		r.out.Hintf(n.Pos, octets, "the quantity %s has no order with %s", n.Text, r.at.called())
	default:
		r.out.Hintf(n.Pos, octets, "text is ordered only against text in quotes, and %s has none", n.Text)
	}
	return false
}

// isQuantity reports whether a person reads a quantity in a word.
func isQuantity(word string) bool {
	if _, err := expr.ParseDuration(strings.TrimPrefix(word, "-")); err == nil {
		return true
	}
	for _, unit := range []string{"dB", "LUFS", "%", "Hz", "ppm", "KiB", "MiB", "B"} {
		number, ok := strings.CutSuffix(word, unit)
		if _, isNumber := parseDecimal(number); ok && isNumber {
			return true
		}
	}
	return false
}

// compare gives the order of a value and an operand, and whether they have one:
// two numbers, two quantities, two durations, or two texts.
func compare(v, operand any) (int, answer) {
	if x, ok := decimalOf(v); ok {
		if y, ok := decimalOf(operand); ok {
			return x.compare(y), yes
		}
	}
	switch v := v.(type) {
	case time.Duration:
		if d, ok := durationOf(operand); ok {
			return cmp.Compare(v, d), yes
		}
	case string:
		if text, ok := operand.(string); ok {
			return cmp.Compare(v, text), yes
		}
	}
	return 0, cannot(KindOf(v).String() + " has no order with " + KindOf(operand).String())
}

// durationOf gives a duration, also one that is written as text: a variable of
// the command line is text.
func durationOf(v any) (time.Duration, bool) {
	switch v := v.(type) {
	case time.Duration:
		return v, true
	case string:
		d, err := expr.ParseDuration(v)
		return d, err == nil
	}
	return 0, false
}
