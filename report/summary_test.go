package report

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
)

// A message in CI tells in one line what was expected, what came, where, and on which
// connection.
func TestSummary(t *testing.T) {
	pos := diag.Pos{File: "s.yaml", Line: 8, Col: 27}
	long := strings.Repeat("x", 1000)
	for want, details := range map[string][]diag.Detail{
		"s.yaml:8:27: m": nil,
		`s.yaml:8:27: m, in "ask" (line 18) in round 4 of 5, on bob; message: expected "a  b", actual "c"; came: c at 0.1s`: {
			{Label: "in", Text: "\"ask\" (line 18)\nin round 4 of 5"}, {Label: "on", Text: "bob"},
			{Label: "message", Text: "expected \"a  b\"\nactual   \"c\""}, {Label: "came", Text: "c at 0.1s"}},
		"s.yaml:8:27: m; expected: one of, a, b":                              {{Label: "expected", Text: "one of\na\nb\n"}},
		"s.yaml:8:27: m; message: expected " + long[:141] + "…, actual \"c\"": {{Label: "message", Text: "expected " + long + "\nactual   \"c\""}},
	} {
		if got := summary(diag.Diagnostic{Pos: pos, Message: "m", Details: details}); got != want {
			t.Errorf("summary =\n%s\nwant\n%s", got, want)
		}
	}
}
