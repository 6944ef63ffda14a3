package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

var _ runner.Observer = (*report.Terminal)(nil)

// show gives what a terminal shows of a run.
func show(term *report.Terminal, r *trace.Run) string {
	var b strings.Builder
	term.Out, term.Sources = &b, r.Sources
	for _, s := range r.Suites {
		for i := range s.Scenarios {
			term.Started(s.Name, s.Scenarios[i].Name)
			term.Done(s.Name, &s.Scenarios[i])
		}
	}
	term.Summary(r)
	return b.String()
}

func TestTerminal(t *testing.T) {
	golden(t, "terminal.txt", show(&report.Terminal{}, sample()))
	golden(t, "terminal-verbose.txt", show(&report.Terminal{Verbose: true}, sample()))
	golden(t, "terminal-colour.txt", show(&report.Terminal{Palette: diag.Colours, Width: func() int { return 60 }}, sample()))
}

func TestSeedIsSaidOnlyWhereItHelps(t *testing.T) {
	good := &trace.Run{Seed: 7, Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{{Name: "n", Verdict: trace.Passed}}}}}
	if got := show(&report.Terminal{}, good); strings.Contains(got, "seed") {
		t.Errorf("a run that passed says its seed:\n%s", got)
	}
	bad := sample()
	bad.Seed = 0
	if got := show(&report.Terminal{}, bad); strings.Contains(got, "seed") {
		t.Errorf("a run without a seed says one:\n%s", got)
	}
}

// harm is what must never stand at the beginning of a line, or anywhere.
var harm = regexp.MustCompile(`(?m)^[\s\p{Z}]*::|##\w*\[|[\x00-\x09\x0b-\x1f\x7f]|[\x{80}-\x{9f}\x{ad}\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{e0000}-\x{e007f}]`)

func TestTerminalIsHarmless(t *testing.T) {
	for i, s := range hostile {
		for _, verbose := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d verbose %v", i, verbose), func(t *testing.T) {
				got := show(&report.Terminal{Verbose: verbose}, infested(s))
				if at := harm.FindStringIndex(got); at != nil {
					t.Errorf("%q shows %q", s[:min(len(s), 60)], got[max(0, at[0]-60):min(len(got), at[1]+60)])
				}
				if len(got) > 2<<20 {
					t.Errorf("%q shows %d octets, want a bounded number", s[:min(len(s), 60)], len(got))
				}
				for line := range strings.Lines(got) {
					if len(line) > 8000 {
						t.Errorf("%q shows a line of %d octets", s[:min(len(s), 60)], len(line))
					}
				}
			})
		}
	}
}

func TestColoursDoNotHideCommands(t *testing.T) {
	coloured := regexp.MustCompile(`\x1b\[[0-9]*m`)
	for _, s := range hostile {
		got := coloured.ReplaceAllString(show(&report.Terminal{Palette: diag.Colours}, infested(s)), "")
		if at := harm.FindStringIndex(got); at != nil {
			t.Errorf("%q shows %q", s[:min(len(s), 60)], got[max(0, at[0]-60):min(len(got), at[1]+60)])
		}
	}
}

// screen understands the control characters of a status line: \r, \n and "erase
// to the end of the line".
func screen(t *testing.T, output string, columns int) []string {
	t.Helper()
	rows, col := [][]rune{nil}, 0
	for output != "" {
		if rest, ok := strings.CutPrefix(output, "\x1b[K"); ok {
			rows[len(rows)-1] = rows[len(rows)-1][:col]
			output = rest
			continue
		}
		r := []rune(output)[0]
		output = output[len(string(r)):]
		switch r {
		case '\n':
			rows, col = append(rows, nil), 0
		case '\r':
			col = 0
		case '\x1b':
			t.Fatalf("the screen does not know %q", output[:min(len(output), 8)])
		default:
			row := append(rows[len(rows)-1][:min(col, len(rows[len(rows)-1]))], r)
			if col+1 < len(rows[len(rows)-1]) {
				row = append(row, rows[len(rows)-1][col+1:]...)
			}
			rows[len(rows)-1] = row
			col++
		}
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = string(row)
	}
	return out
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		term := &report.Terminal{Out: &b, Width: func() int { return 50 }}
		stop := term.Live(3)
		term.Started("Echo", "first")
		time.Sleep(1050 * time.Millisecond) // of fake time
		synctest.Wait()
		if n := strings.Count(b.String(), "\r"); n > 11 {
			t.Errorf("the line was drawn %d times in 1 s, want about 10", n)
		}
		term.Started("Echo", "a second one with a very long name indeed")
		term.Done("Echo", &trace.Scenario{Name: "first", Verdict: trace.Failed})
		shown := screen(t, b.String(), 50)
		if got, want := shown[0], "FAIL  Echo › first (0s)"; got != want {
			t.Errorf("above the line stands %q, want %q", got, want)
		}
		if got, want := shown[1], "1/3 done, 1 not passed, 1.1s, running: Echo › a …"; got != want {
			t.Errorf("the line is %q, want %q", got, want)
		}
		if n := len([]rune(shown[1])); n > 49 {
			t.Errorf("the line has %d columns of 50, so it may wrap", n)
		}
		stop()
		if got := screen(t, b.String(), 50); len(got) != 2 || got[1] != "" {
			t.Errorf("after the end the screen is %q, want the line gone", got)
		}
		before := b.Len()
		time.Sleep(time.Second) // of fake time
		if b.Len() != before {
			t.Error("the line is drawn after its end")
		}
	})
}

func TestLiveFitsWideAndHostileNames(t *testing.T) {
	for _, name := range append(hostile, strings.Repeat("語", 100)) {
		synctest.Test(t, func(t *testing.T) {
			var b strings.Builder
			term := &report.Terminal{Out: &b, Width: func() int { return 40 }}
			stop := term.Live(1)
			term.Started(name, name)
			time.Sleep(150 * time.Millisecond) // of fake time
			synctest.Wait()
			rows := screen(t, b.String(), 40)
			if n := len([]rune(rows[0])) + strings.Count(rows[0], "語"); len(rows) != 1 || n > 39 {
				t.Errorf("%q takes %d rows, %d columns", name[:min(len(name), 60)], len(rows), n)
			}
			stop()
		})
	}
}
