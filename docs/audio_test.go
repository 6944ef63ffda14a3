package docs_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/builtin"
)

//go:generate go test . -run TestDefectsOfAudio -update

var update = flag.Bool("update", false, "write the table of defects into audio.md")

var provenDefect = regexp.MustCompile(`(?m)^\s*# defect (\S+) "(.*)"$`)

// The page shows by which complaint each defect of the embedded endpoints is
// caught; the suites in runner/testdata/defects prove it.
func TestDefectsOfAudio(t *testing.T) {
	files, err := filepath.Glob("../runner/testdata/defects/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites with defects (%v)", err)
	}
	caught := map[string][]string{}
	for _, file := range files {
		for _, m := range provenDefect.FindAllStringSubmatch(page(t, file), -1) {
			message := strings.ReplaceAll(m[2], `\`, "")
			if !slices.Contains(caught[m[1]], message) {
				caught[m[1]] = append(caught[m[1]], message)
			}
		}
	}
	if *update {
		writeDefects(t, caught)
	}
	rows := tables(page(t, "audio.md"))["defect"]
	if len(rows) < 40 {
		t.Errorf("the table has only %d defects", len(rows))
	}
	for _, r := range rows {
		says := ""
		for _, d := range builtin.Defects() {
			if d.Name == r.words[0] {
				says = d.Says
			}
		}
		if says != r.cells[1] {
			t.Errorf("line %d: %s is %q, not %q", r.line, r.words[0], says, r.cells[1])
		}
		for said := range strings.SplitSeq(r.cells[2], "; ") {
			if !slices.Contains(caught[r.words[0]], said) {
				t.Errorf("line %d: no suite proves that %s is caught by %q", r.line, r.words[0], said)
			}
		}
	}
}

func writeDefects(t *testing.T, caught map[string][]string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("| defect | what is wrong | what is said |\n|---|---|---|\n")
	for _, d := range builtin.Defects() {
		if said := caught[d.Name]; len(said) > 0 {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Name, d.Says, strings.Join(said, "; "))
		}
	}
	const begin, end = "<!-- begin defects -->\n", "<!-- end defects -->"
	before, rest, ok := strings.Cut(page(t, "audio.md"), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("audio.md has no %q and %q", begin, end)
	}
	if err := os.WriteFile("audio.md", []byte(before+begin+b.String()+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
