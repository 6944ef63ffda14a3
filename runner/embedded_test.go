package runner_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Suites need not lie on this machine, and can be chosen one by one.
func TestEmbeddedSuites(t *testing.T) {
	tree := fstest.MapFS{
		"packs/main.yaml": {Data: []byte(`
suite: Pack
import: [../common/steps.yaml]
scenarios:
  - name: "${matrix.id} is taken"
    tags: [a]
    matrix: {file: rows.csv}
    steps: [{use: nothing}]
  - name: not wanted
    steps: [{wait: 1ms}]
`)},
		"packs/rows.csv":    {Data: []byte("id\n1.1\n1.2\n")},
		"common/steps.yaml": {Data: []byte("sequences: {nothing: {steps: [{wait: 1ms}]}}\n")},
	}
	var problems diag.List
	prepared := suitetest.Prepare([]plan.Selection{{File: "packs/main.yaml"}}, suitetest.Options{Planning: plan.Options{Files: tree}}, &problems)
	if !problems.Empty() {
		t.Fatal(problems.Sorted())
	}
	want := []plan.Case{
		{Suite: "Pack", Name: "1.1 is taken", Tags: []string{"a"}}, {Suite: "Pack", Name: "1.2 is taken", Tags: []string{"a"}}, {Suite: "Pack", Name: "not wanted"},
	}
	if diff := cmp.Diff(want, prepared.Cases(), cmpopts.IgnoreFields(plan.Case{}, "File", "Pos", "Number")); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	run := prepared.Only(func(c plan.Case) bool { return c.Name == "1.2 is taken" }).Run(context.Background())
	if got := run.Suites[0].Scenarios; len(got) != 1 || got[0].Name != "1.2 is taken" || got[0].Verdict != trace.Passed {
		t.Errorf("performed %+v, want 1.2 alone, passed", got)
	}
}

// What lies outside of the tree cannot be named.
func TestEmbeddedSuitesStayInside(t *testing.T) {
	tree := fstest.MapFS{"a.yaml": {Data: []byte("scenarios: [{name: x, matrix: {file: ../b.csv}, steps: [{wait: 1ms}]}]")}}
	var problems diag.List
	suitetest.Prepare([]plan.Selection{{File: "a.yaml"}}, suitetest.Options{Planning: plan.Options{Files: tree}}, &problems)
	if problems.Empty() {
		t.Error("../b.csv was found outside of the tree")
	}
}

// A cell and what excludes it may be computed of the environment.
func TestCellsOfTheEnvironment(t *testing.T) {
	tree := fstest.MapFS{"s.yaml": {Data: []byte(`
suite: Cells
env: [HERE, THERE]
vars: {other: "${env.THERE}"}
scenarios:
  - name: "in ${matrix.place}"
    matrix: {place: ["${env.HERE}", "${vars.other}", "${env.THERE + ', too'}"], exclude: [{place: "${env.THERE}"}]}
    steps: [{assert: {matrix.place: "${env.HERE}"}}]
`)}}
	var problems diag.List
	o := suitetest.Options{Planning: plan.Options{Files: tree, LookupEnv: func(name string) (string, bool) {
		return map[string]string{"HERE": "rome", "THERE": "oslo"}[name], true
	}}}
	prepared := suitetest.Prepare([]plan.Selection{{File: "s.yaml"}}, o, &problems)
	if !problems.Empty() {
		t.Fatal(problems.Sorted())
	}
	got := map[string]trace.Verdict{}
	for _, sc := range prepared.Run(context.Background()).Suites[0].Scenarios {
		got[sc.Name] = sc.Verdict
	}
	want := map[string]trace.Verdict{"in rome": trace.Passed, "in oslo, too": trace.Failed}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scenarios (-want +got):\n%s", diff)
	}
}
