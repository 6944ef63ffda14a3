package match

// Measures reports whether the matcher asks for the order of values. A plain
// number is then a measure and not a name.
func (m *Matcher) Measures() bool { return m.bits()&ordered != 0 }

// HasLowerBound reports whether the matcher says which value is the least that
// is right.
func (m *Matcher) HasLowerBound() bool {
	switch {
	case !m.IsSet():
		return false
	case m.row.bounds&inside == 0:
		return m.row.bounds&below != 0
	}
	for i := range m.Items {
		if m.Items[i].HasLowerBound() {
			return true
		}
	}
	return false
}

// Worse gives the direction in which a value fails: more, less or either.
func (m *Matcher) Worse() string {
	switch m.bits() & (below | above | turns) {
	case above:
		return "more"
	case below:
		return "less"
	}
	return "either"
}

// bits gives the bounds of a matcher and of all matchers in it.
func (m *Matcher) bits() bounds {
	var out bounds
	m.Visit(func(m *Matcher) { out |= m.row.bounds })
	return out
}
