package runner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
)

// What a file of 64 KiB comes to once everything in it stands wherever it is used is
// bounded, or it would be bound for minutes; what people write is not.
func TestEffort(t *testing.T) {
	scenarios := func(n int, rest string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "- {name: a%d, %s}\n", i, rest)
		}
		return b.String()
	}
	many := func(n int, form string) string {
		var list []string
		for i := range n {
			list = append(list, strings.ReplaceAll(form, "#", fmt.Sprint(i)))
		}
		return strings.Join(list, ", ")
	}
	const steps = "steps: [connect]"
	tower := "sequences:\n  s0: {steps: [{wait: 1ms}]}\n"
	for i := range 14 {
		tower += fmt.Sprintf("  s%d: {steps: [{use: s%d}, {use: s%d}]}\n", i+1, i, i)
	}
	for _, tt := range []struct {
		name, text string
		most       int // complaints; 0: it is right
	}{
		{"sequences in scenarios", tower + "scenarios:\n" + scenarios(800, "steps: [connect, {use: s14}]"), 1},
		{"sequences in rows", tower + "scenarios:\n" + scenarios(1, "matrix: {x: ["+many(5000, "#")+"]}, steps: [connect, {use: s14}]"), 1},
		{"steps in rows", "scenarios:\n" + scenarios(1, "matrix: {x: ["+many(3000, "#")+"]}, steps: [connect, "+many(2000, "{wait: 1ms}")+"]"), 1},
		{"rows in scenarios", "scenarios:\n" + scenarios(300, "matrix: {x: ["+many(30, "#")+"], y: ["+many(30, "#")+"]}, "+steps), 1},
		{"a setup for scenarios", "setup: [" + many(1500, "{wait: 1ms}") + "]\nscenarios:\n" + scenarios(800, steps), 1},
		{"variables for scenarios", "vars: {" + many(1500, "v#: 1") + "}\nscenarios:\n" + scenarios(800, steps), 1},
		{"long variables", "vars: {a: \"${repeat('a', 1000000)}\"}\nscenarios:\n" + scenarios(800, "vars: {b: '${vars.a}b'}, "+steps), 1},
		{"names of rows", "scenarios:\n- {name: '" + strings.Repeat("${matrix.x}", 2500) + "', matrix: {x: [" + many(5000, "#") + "]}, " + steps + "}\n", 1},
		{"axes of a matrix", "scenarios:\n" + scenarios(1, "matrix: {a: ["+many(100, "#")+"], b: ["+many(100, "#")+"], c: ["+many(100, "#")+"]}, "+steps), 1},
		{"what variables compute", "vars: {" + many(500, "v#: \"${hex(sha256(repeat('a', 60000000)))}\"") + "}\nscenarios:\n" + scenarios(1, steps), 1},
		{"what cells compute", "scenarios:\n" + scenarios(1, "matrix: {a: ["+many(500, "\"${len(range(0, 2000000))}\"")+"]}, "+steps), 1},
		{"what headers compute", "scenarios:\n" + scenarios(1, "steps: ["+many(500, "{connect: {headers: {A: \"${hex(sha256(repeat('a', 60000000)))}\"}}, on: c#}")+"]"), 1},
		{"what names compute", "scenarios: [" + many(500, "{name: \"${len(repeat('a', 60000000))} #\", "+steps+"}") + "]\n", 1},
		{"endpoints for scenarios", "endpoints: {" + many(1500, "v#: {}") + "}\nscenarios:\n" + scenarios(800, steps), 1},
		{"exclusions of rows", "scenarios:\n" + scenarios(1, "matrix: {a: ["+many(30, "#")+"], b: ["+many(30, "#")+"], exclude: ["+many(30, "{a: #, b: 1}")+", "+many(870, "{a: 2, b: 2}")+"]}, "+steps), 0},
		{"many scenarios", "scenarios:\n" + scenarios(1500, "steps: [connect, {send: a}, {expect: {message: a}}]"), 0},
		{"many rows", "scenarios:\n" + scenarios(1, "matrix: {x: ["+many(10000, "#")+"]}, steps: [connect, {send: '${matrix.x}'}, {expect: message}]"), 0},
		{"unknown names among many", "vars: {" + many(1500, "variable#: 1") + "}\nscenarios:\n" + scenarios(1, "steps: [connect, "+many(1500, "{send: '${vars.variabel#}'}")+"]"), 1500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "suite.yaml")
			if err := os.WriteFile(file, []byte("suite: s\ntarget: builtin://echo\n"+tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var problems diag.List
			suitetest.Prepare([]plan.Selection{{File: file}}, suitetest.Options{Planning: plan.Options{Root: filepath.Dir(file)}}, &problems)
			if n := len(problems.Sorted()); n > tt.most || (n == 0) != (tt.most == 0) {
				t.Errorf("%d complaints, want %d: %v", n, tt.most, problems.Sorted()[:min(n, 3)])
			}
			if tt.most == 1 && !strings.Contains(fmt.Sprint(problems.Err()), "one suite may") && !strings.Contains(fmt.Sprint(problems.Err()), "more than 10000 rows") {
				t.Errorf("it is complained of %v", problems.Err())
			}
		})
	}
}
