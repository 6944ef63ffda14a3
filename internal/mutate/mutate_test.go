package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func report(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, talk bytes.Buffer
	if got := run(args, &out, &talk); got != want {
		t.Fatalf("exit code %d, want %d\n%s%s", got, want, &out, &talk)
	}
	return out.String()
}

// Of a package that is half tested, just the other half survives; the edge that
// no test goes to is no branch.
func TestSurvivors(t *testing.T) {
	if out := report(t, 1, "testdata/tiny"); strings.Contains(out, "tiny.go:9:") || !strings.Contains(out, "tiny.go:16:") {
		t.Errorf("want the branches of line 16 alone:\n%s", out)
	}
	out := report(t, 1, "-deep", "testdata/tiny")
	lines := strings.Split(out, "\n")
	for i, line := range lines {
		switch {
		case strings.Contains(line, "tiny.go:5:"):
			t.Errorf("%s: its edge is tested", line)
		case strings.Contains(line, "tiny.go:16:") && !strings.Contains(lines[i+1], "not reached"):
			t.Errorf("%s: no test comes there", line)
		}
	}
	for _, want := range []string{"tiny.go:9:5: ", "tiny.go:16:", "(survived)", "(not reached)"} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not hold %q:\n%s", want, out)
		}
	}
}

// A survivor that is excused is none; an excuse for what does not survive is
// stale.
func TestExcuses(t *testing.T) {
	out := report(t, 1, "-v", "testdata/tiny/tiny.go")
	var table strings.Builder
	lines := strings.Split(out, "\n")
	for i, line := range lines {
		place, rest, ok := strings.Cut(line, ": ")
		if !ok || !strings.HasSuffix(lines[i+1], "(survived)") && !strings.HasSuffix(lines[i+1], "(not reached)") {
			continue
		}
		file, _, _ := strings.Cut(place, ":")
		code, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " (")
		table.WriteString(file + "\n\t" + code + "\n\t" + rest + "\n\tfor the test\n\n")
	}
	excuses := filepath.Join(t.TempDir(), "excuses.txt")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(excuses, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(table.String())
	report(t, 0, "-excuses", excuses, "testdata/tiny")
	write(table.String() + "testdata/tiny/tiny.go\n\treturn age >= 18\n\tnothing of the kind\n\tfor the test\n")
	if out := report(t, 1, "-excuses", excuses, "testdata/tiny"); !strings.Contains(out, "stale excuse") {
		t.Errorf("the report does not tell of the stale excuse:\n%s", out)
	}
	write("testdata/tiny/tiny.go\n\tfunc Never\n\tall\n\tfor the test\n")
	report(t, 0, "-excuses", excuses, "testdata/tiny")
	write("testdata/tiny/tiny.go\n\tfunc Never\n\tall\n\tfor the test\n\ntestdata/tiny/tiny.go\n\tfunc Adult\n\tall\n\tall are killed\n")
	report(t, 1, "-excuses", excuses, "testdata/tiny")
	write("a file\n\tand no more\n")
	report(t, 2, "-excuses", excuses, "testdata/tiny")
}
