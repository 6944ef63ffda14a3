package plan

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
)

// Sequences that use each other several times are refused before they are gone
// through, as many as they come to; as many as there may be are checked.
func TestUnrolled(t *testing.T) {
	deep := func(times, levels int) string {
		var b strings.Builder
		b.WriteString("sequences:\n  s0: {steps: [{wait: 1s}]}\n")
		for k := range levels {
			fmt.Fprintf(&b, "  s%d: {steps: [%s]}\n", k+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("{use: s%d}, ", k), times), ", "))
		}
		return b.String()
	}
	itself := "sequences:\n  s19: {steps: [{use: s19}, {use: s19}, {use: s19}]}\n"
	for _, tt := range []struct{ name, sequences, want string }{
		{"three times, nineteen deep", deep(3, 19), "with the sequences that it uses this comes to more than 100000 steps"},
		{"itself, three times", itself, "with the sequences that it uses this comes to more than 100000 steps"},
		{"few", deep(1, 19), ""},
		{"thousands", deep(100, 1) + "  s19: {steps: [{use: s1}, {use: s1}]}\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.sequences + "scenarios:\n- name: it\n  steps: [{use: s19}]\n"
			var problems diag.List
			Prepare([]Selection{{File: "s.yaml"}}, Options{Files: fstest.MapFS{"s.yaml": {Data: []byte(text)}}}, &problems)
			var got []string
			for _, d := range problems.Sorted() {
				got = append(got, d.Message)
			}
			if strings.Join(got, "; ") != tt.want {
				t.Errorf("complaints %q, want %q", got, tt.want)
			}
		})
	}
}
