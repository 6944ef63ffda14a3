package runner_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// The page lists every limit that a peer can go beyond, with its figure: those that
// testdata/limits.yaml goes beyond.
func TestLimitsAreListed(t *testing.T) {
	rows := func(file, expression string) (out []string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(expression).FindAllSubmatch(text, -1) {
			out = append(out, string(m[1])+" "+string(m[2]))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	listed := rows("../docs/language.md", "(?m)^\\| `(\\w+)` \\| ([0-9]+) .* \\| (?:our Close|no connection)")
	tried := rows("testdata/limits.yaml", `rule: (\w+), figure: (\d+)`)
	if !slices.Equal(listed, tried) {
		t.Errorf("the page lists %q, and of that is tried %q", listed, tried)
	}
}
