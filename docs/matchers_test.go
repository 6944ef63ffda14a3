package docs_test

import (
	"os"
	"strings"
	"testing"

	"github.com/duologue/duologue/match"
	"github.com/google/go-cmp/cmp"
)

//go:generate go test . -run TestMatcherTable -update

// The table of matchers by kind of value is the one that answers come from.
func TestMatcherTable(t *testing.T) {
	const file, begin, end = "language.md", "<!-- matchers -->\n", "<!-- /matchers -->\n"
	before, rest, ok := strings.Cut(page(t, file), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", file)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+match.Table()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(match.Table(), table); diff != "" {
		t.Errorf("the table differs (-program +page); go generate writes it anew:\n%s", diff)
	}
}
