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

// In a package of which half is tested, only mutants of the other half survive.
func TestSurvivors(t *testing.T) {
	out := report(t, 1, "-deep", "testdata/tiny")
	lines := strings.Split(out, "\n")
	for i, line := range lines {
		switch {
		case strings.Contains(line, "tiny.go:5:"):
			t.Errorf("%s: its edge is tested", line)
		case strings.Contains(line, "tiny.go:24:") && !strings.Contains(lines[i+1], "not reached"):
			t.Errorf("%s: no test comes there", line)
		}
	}
	for _, want := range []string{"tiny.go:9:5: ", "tiny.go:24:", "(survived)", "(not reached)"} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not hold %q:\n%s", want, out)
		}
	}
}

// A survivor with an excuse does not count. An excuse for a mutant that does not
// survive is stale. The limit in line 9, which no test reaches, is not a branch.
func TestExcuses(t *testing.T) {
	out := report(t, 1, "-v", "testdata/tiny/tiny.go")
	if strings.Contains(out, "tiny.go:9:5: age < 13: <=") {
		t.Errorf("want branches alone:\n%s", out)
	}
	var table strings.Builder
	lines := strings.Split(out, "\n")
	for i, line := range lines {
		place, rest, ok := strings.Cut(line, ": ")
		if !ok || !strings.HasSuffix(lines[i+1], "(survived)") && !strings.HasSuffix(lines[i+1], "(not reached)") {
			continue
		}
		file, line, _ := strings.Cut(place, ":")
		if strings.HasPrefix(line, "24:") {
			continue // the function has an excuse
		}
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
	table.WriteString("testdata/tiny/tiny.go\n\tfunc Never\n\tall\n\tfor the test\n\n")
	write(table.String())
	report(t, 0, "-excuses", excuses, "testdata/tiny")
	write(table.String() + "testdata/tiny/tiny.go\n\treturn age >= 18\n\tnothing of the kind\n\tfor the test\n\n" +
		"testdata/tiny/tiny.go\n\tfunc Adult\n\tall\n\tfor the test\n\ntestdata/gone.go\n\tfunc Never\n\tall\n\tfor the test\n\n" +
		"main.go\n\tfunc run\n\tall\n\tfor the test\n")
	if out := report(t, 1, "-excuses", excuses, "testdata/tiny"); strings.Count(out, "stale excuse") != 3 {
		t.Errorf("the report does not tell of three stale excuses, of which one has no file:\n%s", out)
	}
	write("a file\n\tand no more\n")
	report(t, 2, "-excuses", excuses, "testdata/tiny")
}
