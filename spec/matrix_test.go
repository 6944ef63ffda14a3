package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// axis is a list of n numbers.
func axis(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1, ", n), ", ") + "]" }

// The rows of a matrix, or why there are none.
func TestExpand(t *testing.T) {
	tests := []struct {
		name, matrix string
		rows         []string
		complaint    string
	}{
		{"rows as written", `[{a: 1, b: x}, {a: 2}]`, []string{"[a: 1, b: x]", "[a: 2]"}, ""},
		{"each with each", `{a: [1, 2], b: [x, y]}`, []string{"[a: 1, b: x]", "[a: 1, b: y]", "[a: 2, b: x]", "[a: 2, b: y]"}, ""},
		{"without one", `{a: [1, 2], b: [x, y], exclude: [{a: 1, b: y}]}`, []string{"[a: 1, b: x]", "[a: 2, b: x]", "[a: 2, b: y]"}, ""},
		{"without one of an axis", `{a: [1, 2], b: [x], exclude: [{a: 1}]}`, []string{"[a: 2, b: x]"}, ""},
		{"what no row has excludes none", `{a: [1], exclude: [{a: 2}]}`, []string{"[a: 1]"}, "this excludes no row"},
		{"nor does a name that no axis has", `{a: [1], exclude: [{c: 1}]}`, []string{"[a: 1]"}, "this excludes no row"},
		{"nor does nothing", `{a: [1], exclude: [{}]}`, []string{"[a: 1]"}, "this excludes no row"},
		{"nor does a plain value", `{a: [1], exclude: [1]}`, []string{"[a: 1]"}, "this excludes no row"},
		{"two that have a row in common", `{a: [1, 2], b: [x], exclude: [{a: 1}, {a: 1, b: x}]}`, []string{"[a: 2, b: x]"}, ""},
		{"an axis called file", `{file: [x], b: [1, 2]}`, []string{"[file: x, b: 1]", "[file: x, b: 2]"}, ""},
		{"nothing left", `{a: [1], exclude: [{a: 1}]}`, nil, "the matrix has no rows"},
		{"no row left", `[{a: 1}]`, []string{"[a: 1]"}, ""},
		{"a list and a long text", `[{a: [1, "x"], b: "` + strings.Repeat("é", 41) + `"}]`, []string{`[a: [1,"x"], b: ` + strings.Repeat("é", 40) + "…]"}, ""},
		{"a text that just fits", `[{b: "` + strings.Repeat("é", 40) + `"}]`, []string{`[b: ` + strings.Repeat("é", 40) + "]"}, ""},
		{"too many", fmt.Sprintf(`{a: %s, b: %s}`, axis(101), axis(100)), nil, "the matrix has more than 10000 rows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out diag.List
			s := spec.Parse("t.yaml", "scenarios: [{name: n, matrix: "+tt.matrix+", steps: [connect]}]", &out)
			if !out.Empty() {
				t.Fatal(out.Err())
			}
			var rows []string
			for _, r := range s.Scenarios[0].Matrix.Expand(&out) {
				rows = append(rows, r.Label())
			}
			complaint := ""
			if !out.Empty() {
				complaint = out.Sorted()[0].Message
			}
			if fmt.Sprint(rows) != fmt.Sprint(tt.rows) || complaint != tt.complaint {
				t.Errorf("Expand(%s) = %v, %q, want %v, %q", tt.matrix, rows, complaint, tt.rows, tt.complaint)
			}
		})
	}
	var out diag.List
	s := spec.Parse("t.yaml", fmt.Sprintf("scenarios: [{name: n, matrix: {a: %s, b: %s}, steps: [connect]}]", axis(100), axis(100)), &out)
	if got := len(s.Scenarios[0].Matrix.Expand(&out)); got != spec.MaxRows || !out.Empty() {
		t.Errorf("Expand gives %d rows, want %d (%v)", got, spec.MaxRows, out.Err())
	}
}
