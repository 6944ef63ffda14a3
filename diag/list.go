package diag

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// List collects complaints. A nil *List discards them.
//
// One cause makes one complaint: a list knows which of its complaints have the
// same cause, and what is in doubt since something could not be read, so that
// others need not complain of what follows from it.
type List struct {
	all   []entry
	doubt Doubt
}

// entry is a complaint. Those of one file that have the same cause are shown as one.
type entry struct {
	Diagnostic
	cause string // "" for one of its own
}

// Doubt is what is not known of a thing since something in it was complained of.
type Doubt struct {
	Wrong bool            // something was
	Lost  bool            // a part of it could not be read: what it would have said and named is not known
	Words map[string]bool // what stands in parts that nobody understands, so that they may be names
}

// Unclear reports whether a part of the thing was not understood.
func (d Doubt) Unclear() bool { return d.Lost || len(d.Words) > 0 }

// With gives the doubts of two things.
func (d Doubt) With(other Doubt) Doubt {
	if !other.Wrong && !other.Lost && other.Words == nil {
		return d
	}
	d.Words = maps.Clone(d.Words)
	if d.Words == nil {
		d.Words = map[string]bool{}
	}
	maps.Copy(d.Words, other.Words)
	return Doubt{d.Wrong || other.Wrong, d.Lost || other.Lost, d.Words}
}

// AlsoInLine labels the lines in which the cause of a complaint shows, too.
const AlsoInLine = "also in line"

// Told is the error of what has been complained of already.
var Told = errors.New("it was complained of")

// Add appends a complaint.
func (l *List) Add(d Diagnostic) { l.add(entry{Diagnostic: d}) }

func (l *List) add(e entry) {
	if l != nil {
		l.all = append(l.all, e)
		l.doubt.Wrong = true
	}
}

// Addf appends a complaint at pos without a hint.
func (l *List) Addf(pos Pos, format string, args ...any) { l.Hintf(pos, "", format, args...) }

// Hintf appends a complaint with a hint.
func (l *List) Hintf(pos Pos, hint, format string, args ...any) {
	l.Add(Diagnostic{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Because appends a complaint of which there may be more with the same cause,
// such as a name that is missing: only the first of a file is shown, and says where the
// others stand.
func (l *List) Because(cause string, d Diagnostic) { l.add(entry{d, cause}) }

// Rewrite changes the complaints that were added so far.
func (l *List) Rewrite(change func(*Diagnostic)) {
	if l == nil {
		return
	}
	for i := range l.all {
		change(&l.all[i].Diagnostic)
	}
}

// Lose notes that the last complaint is of something that could not be read at
// all.
func (l *List) Lose() {
	if l != nil {
		l.doubt.Lost = true
	}
}

// Suspect notes words that may be names, since nobody understands where they stand.
func (l *List) Suspect(words ...string) {
	if l == nil {
		return
	}
	if l.doubt.Words == nil {
		l.doubt.Words = map[string]bool{}
	}
	for _, w := range words {
		l.doubt.Words[w] = true
	}
}

// Unknown complains of a word that is none of the valid ones. Where it is like
// none of them, nobody knows what should stand in its place.
func (l *List) Unknown(pos Pos, word string, valid []string, format string, args ...any) {
	l.Hintf(pos, DidYouMean(word, valid), format, args...)
	l.Suspect(word)
	if _, near := Nearest(word, valid); !near {
		l.Lose()
	}
}

// UnknownKey complains of a key that is none of the valid ones. What stands behind
// it is suspected.
func (l *List) UnknownKey(pos Pos, key string, valid, behind []string, format string, args ...any) {
	l.Hintf(pos, DidYouMean(key, valid), format, args...)
	l.Suspect(append(behind, key)...)
}

// Doubt gives what is in doubt since the complaints of this list, those of lists
// that were joined apart.
func (l *List) Doubt() Doubt {
	if l == nil {
		return Doubt{}
	}
	return Doubt{l.doubt.Wrong, l.doubt.Lost, maps.Clone(l.doubt.Words)}
}

// Join appends the complaints of another list.
func (l *List) Join(other *List) {
	if l != nil {
		l.all = append(l.all, other.all...)
	}
}

// Take appends the complaints of another list, and what is in doubt since.
func (l *List) Take(other *List) {
	if l != nil {
		l.Join(other)
		l.doubt = l.doubt.With(other.doubt)
	}
}

// Empty reports whether there is nothing to complain about.
func (l *List) Empty() bool { return l.Len() == 0 }

// Len is the number of complaints added so far.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.all)
}

// Sorted gives the complaints in the order of their places, each once.
func (l *List) Sorted() []Diagnostic {
	if l == nil {
		return nil
	}
	all := slices.Clone(l.all)
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
		)
	})
	return shown(all)
}

// shown gives sorted complaints, each once, and of those of one file with the
// same cause the first.
func shown(all []entry) []Diagnostic {
	type said struct {
		pos     Pos
		message string
	}
	type because struct{ file, cause string }
	var out []Diagnostic
	seen, first := map[said]bool{}, map[because]int{} // the index in out
	also := map[int][]string{}                        // by that: the lines of the others
	for _, e := range all {
		if seen[said{e.Pos, e.Message}] {
			continue
		}
		seen[said{e.Pos, e.Message}] = true
		i, ok := first[because{e.Pos.File, e.cause}]
		if !ok || e.cause == "" {
			first[because{e.Pos.File, e.cause}] = len(out)
			out = append(out, e.Diagnostic)
			continue
		}
		if line := fmt.Sprint(e.Pos.Line); e.Pos.Line != out[i].Pos.Line && !slices.Contains(also[i], line) {
			also[i] = append(also[i], line)
		}
	}
	for i, lines := range also {
		out[i].Details = append(slices.Clip(out[i].Details), Detail{AlsoInLine, strings.Join(lines, ", ")})
	}
	return out
}

// Err gives the list as an error, or nil if it is empty.
func (l *List) Err() error {
	if l.Empty() {
		return nil
	}
	return Errors(l.Sorted())
}

// Errors is a non-empty list of complaints as an error.
type Errors []Diagnostic

// Error gives the first lines of all complaints.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, d := range e {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}
