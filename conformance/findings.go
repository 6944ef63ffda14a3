package conformance

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Finding is one cause: the cases that came to an outcome in the same way.
type Finding struct {
	Outcome Outcome
	Message string   // what came, and by which rule it is judged
	Codes   []string // of the Closes that came
	Cases   []Case   // in order
	Suite   string   // of the first case
	First   *trace.Scenario
}

// Findings groups the cases of a run by what came, except those that are ok at the first attempt: failures first, then errors,
// what is inconclusive, what passed only when it was tried again, non_strict, informational and unimplemented; in each the cause of most cases first.
func Findings(run *trace.Run) []Finding {
	type one struct {
		Result
		suite string
		s     *trace.Scenario
	}
	var all []one
	for _, suite := range run.Suites {
		for i := range suite.Scenarios {
			s := &suite.Scenarios[i]
			if r := ResultOf(s); r.Outcome != OK || s.Verdict == trace.Flaky {
				all = append(all, one{r, suite.Name, s})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b one) int { return Order(a.ID, b.ID) })
	var out []Finding
	for _, r := range all {
		i := slices.IndexFunc(out, func(f Finding) bool { return f.Outcome == r.Outcome && f.Message == r.Message })
		if i < 0 {
			i = len(out)
			out = append(out, Finding{Outcome: r.Outcome, Message: r.Message, Suite: r.suite, First: r.s})
		}
		out[i].Cases = append(out[i].Cases, Case{ID: r.ID, Title: r.Title, Tags: r.s.Tags})
		if code := codeOf(r.Came); code != "" && !slices.Contains(out[i].Codes, code) {
			out[i].Codes = append(out[i].Codes, code)
		}
	}
	worst := []Outcome{Failed, Errored, Inconclusive, OK, NonStrict, Informational, Unimplemented}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(worst, a.Outcome), slices.Index(worst, b.Outcome)), cmp.Compare(len(b.Cases), len(a.Cases)))
	})
	return out
}

// codeOf is the code of the Close that came; "" if none came, or none with a code.
func codeOf(came string) string {
	found := closeCode.FindStringSubmatch(came)
	if found == nil || found[1] == "1005" || found[1] == "1006" {
		return ""
	}
	return found[1]
}

// closeCode finds the code in the summary of a [trace.Close] that came.
var closeCode = regexp.MustCompile(`^(?:close )?([0-9]{4})(?: ".*")?, (?:not )?clean, by (?:us|peer), tcp `)

// head tells a finding in a line, without its outcome.
func (f Finding) head() string {
	head := f.Message
	if strings.Contains(head, "another code") && len(f.Codes) > 0 {
		head += ": " + strings.Join(f.Codes, ", ")
	}
	if n := len(f.Cases); n > 1 {
		return fmt.Sprintf("%d cases: %s", n, head)
	}
	return fmt.Sprintf("%s: %s", strings.TrimSpace(f.Cases[0].ID+" "+f.Cases[0].Title), head)
}

// Write tells a finding: its outcome, what came, and the numbers of its cases, in lines of at most so many columns where they are
// several.
func (f Finding) Write(w io.Writer, p diag.Palette, columns int) error {
	head := diag.Visible(f.head())
	var b strings.Builder
	b.WriteString(p.Paint(colour(f.Outcome, p), string(f.Outcome)) + " " + head)
	if ids := f.numbers(); len(f.Cases) > 1 && (f.Outcome != Errored || len(f.Cases) <= fewErrors) {
		if one := strings.Join(ids, " "); len(f.Outcome)+len(head)+len(one)+3 <= columns {
			b.WriteString(": " + one)
		} else {
			wrap(&b, ids, columns)
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, diag.Inert(b.String()))
	return err
}

// fewErrors is up to how many cases that could not be performed for one reason are told by number.
const fewErrors = 20

// wrap writes words in lines of their own.
func wrap(b *strings.Builder, words []string, columns int) {
	const margin = "\n   "
	used := columns
	for _, word := range words {
		if used+1+len(word) > columns {
			b.WriteString(margin)
			used = len(margin) - 1
		}
		b.WriteString(" " + word)
		used += 1 + len(word)
	}
}

// numbers gives the numbers of its cases in words: those that follow one another in their last number are one, such as 7.7.1-13.
func (f Finding) numbers() []string {
	var out []string
	for i := 0; i < len(f.Cases); {
		stem, n := split(f.Cases[i].ID)
		end, last := i+1, n
		for end < len(f.Cases) {
			s, next := split(f.Cases[end].ID)
			if s != stem || next != last+1 {
				break
			}
			end, last = end+1, next
		}
		if end-i > 2 {
			out = append(out, fmt.Sprintf("%s-%d", f.Cases[i].ID, last))
		} else {
			for _, c := range f.Cases[i:end] {
				out = append(out, c.ID)
			}
		}
		i = end
	}
	return out
}

// split takes the last number off an id.
func split(id string) (stem string, n int) {
	i := strings.LastIndexFunc(id, func(r rune) bool { return r < '0' || r > '9' }) + 1
	for _, d := range id[i:] {
		n = n*10 + int(d-'0')
	}
	return id[:i], n
}
