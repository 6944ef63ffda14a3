package report

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/duologue/duologue/baseline"
)

// maxSame is the most rows with which rows without a change are shown, too.
const maxSame = 40

// Baseline shows how the figures changed since an earlier run.
func (t *Terminal) Baseline(file string, g baseline.Guard, c baseline.Comparison) {
	var b strings.Builder
	fmt.Fprintf(&b, "\nagainst %s, worse beyond %s:\n", shown(file, maxMessage), g)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range c.Rows {
		if r.Outcome == baseline.Same && len(c.Rows) > maxSame && !t.Verbose {
			continue
		}
		fmt.Fprintf(w, "  %s\t%s\t%s %s\t%s\t%s\t%s\n", r.Outcome, title(r.Suite, r.Scenario), shown(r.Figure, maxName), r.Of,
			side(r.Before, r.Unit), side(r.Now, r.Unit), change(r))
	}
	_ = w.Flush() // writing to memory does not fail
	var parts []string
	for _, o := range []baseline.Outcome{baseline.Worse, baseline.Gone, baseline.Unsure, baseline.Better, baseline.Same, baseline.New} {
		if n := c.Count(o); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if parts == nil {
		parts = []string{"no figures"}
	}
	fmt.Fprintf(&b, "figures: %s\n", strings.Join(parts, ", "))
	if c.Compared == 0 {
		fmt.Fprintln(&b, "nothing could be compared")
	}
	if len(c.NotRun) > 0 {
		fmt.Fprintf(&b, "%d scenarios of the baseline were not performed: %s\n", len(c.NotRun), shown(strings.Join(c.NotRun, ", "), maxMessage))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.write(b.String())
}

// side writes a figure, or a dash if there is none.
func side(value float64, unit string) string {
	if math.IsNaN(value) {
		return "–"
	}
	return amount(value, unit)
}

// change writes how much a figure changed. It writes a share if that has a
// meaning.
func change(r baseline.Row) string {
	switch {
	case math.IsNaN(r.Before), math.IsNaN(r.Now):
		return ""
	case r.Before == 0 || r.Unit == "dB" || r.Unit == "LUFS":
		return signed(amount(r.Now-r.Before, r.Unit))
	}
	return signed(fmt.Sprintf("%.1f%%", 100*(r.Now-r.Before)/math.Abs(r.Before)))
}

func signed(text string) string {
	if strings.HasPrefix(text, "-") {
		return text
	}
	return "+" + text
}
