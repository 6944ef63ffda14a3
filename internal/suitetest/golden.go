package suitetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/internal/race"
	"github.com/duologue/duologue/trace"
)

// Golden performs suites and compares the result of every scenario with a file, or writes the
// changes into it. The file has a line for each scenario: its name, its verdict and a sum over
// its trace, as [timeless] gives it. To find out why a sum has changed, run both programs with
// `go test -artifacts -outputdir DIR` and compare the traces there. Golden gives the run, so
// that the caller can judge it.
//
// Fake time does not order what two goroutines do at one instant, so a trace can differ from
// time to time. A suite with a changed trace is performed again, up to tries times. A line that
// ends in "varies" only compares the verdict. It is for scenarios whose trace is seldom the
// same. Under the race detector nothing is compared.
func Golden(t *testing.T, file string, update bool, o Options, suites ...string) *trace.Run {
	t.Helper()
	run := perform(t, o, suites...)
	if race.Enabled {
		return run
	}
	text, err := os.ReadFile(file)
	if err != nil && !update {
		t.Fatal(err)
	}
	want := readSums(string(text))
	got := sums(t, run, want)
	for range tries {
		suites := suitesOf(changes(want, got))
		if len(suites) == 0 {
			return run
		}
		maps.Copy(got, kept(want, sums(t, perform(t, o, suites...), want)))
	}
	changed := changes(want, got)
	switch {
	case update:
		write(t, file, got)
	case len(changed) > 0:
		t.Errorf("%s: what came of these scenarios has changed; -update writes it anew\n%s", file, strings.Join(changed, "\n"))
	}
	return run
}

// tries is how often a suite with a changed trace is performed again.
const tries = 8

// varies stands in place of the sum over a trace that is seldom the same.
const varies = "varies"

// between separates the file of a suite from the name of a scenario.
const between = " › "

// perform performs suites for [Golden]: with every event kept.
func perform(t *testing.T, o Options, files ...string) *trace.Run {
	t.Helper()
	var run *trace.Run
	Fake(t, func(t *testing.T, fake Options) {
		o := o
		o.Resolve, o.Dial, o.Listen = fake.Resolve, fake.Dial, fake.Listen
		o.Events, o.Seed = true, seed
		run = Plan(t, o, files...).Run(context.Background())
	})
	return run
}

// sums gives the verdict and the sum of each scenario by its name. Scenarios that vary in want
// get no sum.
func sums(t *testing.T, run *trace.Run, want map[string]string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, s := range run.Suites {
		for _, sc := range s.Scenarios {
			name := filepath.ToSlash(s.File) + between + sc.Name
			text := timeless(t, &sc)
			sum := fmt.Sprintf("%.8x", sha256.Sum256(text))
			if strings.HasSuffix(want[name], varies) {
				sum = varies
			}
			out[name] = fmt.Sprintf("%s  %s", sc.Verdict, sum)
			keep(t, name, text)
		}
	}
	return out
}

// keep writes a trace to where `go test -artifacts` keeps it.
func keep(t *testing.T, name string, text []byte) {
	t.Helper()
	name = strings.NewReplacer("/", "_", " ", "_", ":", "_").Replace(name) + ".json"
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// kept gives the lines that are as wanted.
func kept(want, got map[string]string) map[string]string {
	out := maps.Clone(got)
	maps.DeleteFunc(out, func(name, line string) bool { return want[name] != line })
	return out
}

// changes gives the lines that only one of the two has, in order.
func changes(want, got map[string]string) []string {
	var out []string
	for name, line := range want {
		if got[name] != line {
			out = append(out, name+"  "+line+"  (before)")
		}
	}
	for name, line := range got {
		if want[name] != line {
			out = append(out, name+"  "+line+"  (now)")
		}
	}
	slices.Sort(out)
	return out
}

// suitesOf gives the files that lines name.
func suitesOf(lines []string) []string {
	var out []string
	for _, line := range lines {
		file, _, _ := strings.Cut(line, between)
		out = append(out, filepath.FromSlash(file))
	}
	return slices.Compact(out)
}

func readSums(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "  ")
		if n := len(words); n > 2 {
			out[strings.Join(words[:n-2], "  ")] = words[n-2] + "  " + words[n-1]
		}
	}
	return out
}

func write(t *testing.T, file string, lines map[string]string) {
	t.Helper()
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&out, "%s  %s\n", name, lines[name])
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
