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

func (order) read(r reader, m *Matcher, v *yamldoc.Node) {
	if r.operand(m, v) {
		r.measure(m, v, m.Data)
	}
}

func (o order) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	c, why := compare(v, m.Data.Value())
	if why != "" {
		return cannot(why)
	}
	return answerOf(o.holds(c))
}

func (o order) describe(m *Matcher) string { return o.says + " " + Show(m.Data.Value()) }

// between is $between. It includes both ends.
type between struct{}

func (between) read(r reader, m *Matcher, v *yamldoc.Node) {
	if !r.pair(m, v) || m.Data.Computed() != nil {
		return
	}
	if low, high := m.ends(nil); empty(low, high) != "" {
		r.out.Hintf(v.Pos, "write the lower end first", "nothing lies between these, and the opposite always holds")
	}
}

// ends gives the ends of the range for a value. If the value is a duration, ends
// that are written as text are read as durations.
func (m *Matcher) ends(v any) (low, high any) {
	ends := m.Data.Value().([]any)
	if _, ok := v.(time.Duration); ok {
		for i, end := range ends {
			if d, ok := durationOf(end); ok {
				ends[i] = d
			}
		}
	}
	return ends[0], ends[1]
}

// empty says why nothing lies between two ends; "" if something does. Such a
// range cannot be asked of anything, because its opposite would always hold.
func empty(low, high any) string {
	c, why := compare(low, high)
	if c > 0 {
		return "the lower end is more than the upper"
	}
	return why
}

func (between) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	low, high := m.ends(v)
	if why := empty(low, high); why != "" {
		return cannot(why)
	}
	c, why := compare(v, low)
	if why != "" {
		return cannot(why)
	}
	d, _ := compare(v, high) // low and high have an order, so this one has, too
	return answerOf(c >= 0 && d <= 0)
}

func (between) describe(m *Matcher) string {
	low, high := m.ends(nil)
	return "between " + Show(low) + " and " + Show(high)
}

// approx is $approx: the distance to a value is at most a tolerance, exactly.
type approx struct{}

func (approx) read(r reader, m *Matcher, v *yamldoc.Node) { r.pair(m, v) }

func (approx) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	pair := m.Data.Value().([]any)
	if d, ok := v.(time.Duration); ok {
		want, ok1 := durationOf(pair[0])
		tolerance, ok2 := durationOf(pair[1])
		if !ok1 || !ok2 {
			return cannot("a duration is compared only with a duration")
		}
		return answerOf((d - want).Abs() <= tolerance)
	}
	got, ok := decimalOf(v)
	want, ok1 := decimalOf(pair[0])
	tolerance, ok2 := decimalOf(pair[1])
	if !ok || !ok1 || !ok2 {
		return cannot("a number is compared only with a number")
	}
	return answerOf(got.distance(want).compare(tolerance) <= 0)
}

func (approx) describe(m *Matcher) string {
	pair := m.Data.Value().([]any)
	return Show(pair[0]) + " ± " + Show(pair[1])
}

// pair reads a list of two measures.
func (r reader) pair(m *Matcher, n *yamldoc.Node) bool {
	if len(n.Items) != 2 {
		yamldoc.Expected(n, "a list of two", r.out)
		return false
	}
	if !r.operand(m, n) {
		return false
	}
	items, _ := m.Data.Items()
	return r.measure(m, n.Items[0], items[0]) && r.measure(m, n.Items[1], items[1])
}

// measure complains about an operand without an order. Numbers, quantities and
// quoted text have one. A bare word is refused, because it does not show whether
// text is meant.
func (r reader) measure(m *Matcher, n *yamldoc.Node, d value.Data) bool {
	if n.Kind != yamldoc.Scalar || n.IsEmpty() {
		yamldoc.Expected(n, "one value", r.out)
		return false
	}
	v, written := d.Written()
	switch {
	case !written:
		return true
	case KindOf(v) == Text && r.at.canBe(Text):
		if m.row.of&Text == 0 {
			r.out.Hintf(n.Pos, "without quotes, such as 0.5 or 20ms", "%s takes numbers or quantities, and this is text", m.name())
			return false
		}
		return r.quoted(n)
	case !r.constant(d):
		return false
	case KindOf(v)&measures == 0 || isEndless(v):
		r.out.Addf(n.Pos, "%s has no order", Show(v))
		return false
	}
	return true
}

// quoted complains about text without quotes that is to be compared by order.
func (r reader) quoted(n *yamldoc.Node) bool {
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

// isQuantity reports whether a word looks like a quantity to a person.
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

// compare gives the order of a value and an operand, or says why they have none.
// Two numbers, two quantities, two durations and two texts have one.
func compare(v, operand any) (c int, why string) {
	if x, ok := decimalOf(v); ok {
		if y, ok := decimalOf(operand); ok {
			return x.compare(y), ""
		}
	}
	switch v := v.(type) {
	case time.Duration:
		if d, ok := durationOf(operand); ok {
			return cmp.Compare(v, d), ""
		}
	case string:
		if text, ok := operand.(string); ok {
			return cmp.Compare(v, text), ""
		}
	}
	for _, v := range []any{v, operand} {
		if isEndless(v) {
			return 0, Show(v) + " has no order"
		}
	}
	return 0, KindOf(v).String() + " has no order with " + KindOf(operand).String()
}

// durationOf gives a duration. It also reads text, because a variable of the
// command line is text.
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
