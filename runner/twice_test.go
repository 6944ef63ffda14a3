package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// A plan is performed as often as one likes: whatever it reads is there the second
// time too, and the verdicts and random choices are the same.
func TestPlanRunsTwice(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "fixtures"), os.DirFS("../fixtures")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "hello.txt"), []byte("hello"))
	write(t, filepath.Join(root, "schema.json"), []byte(`{"type": "object", "required": ["a"]}`))
	write(t, filepath.Join(root, "suite.yaml"), []byte(`suite: Twice
target: builtin://echo
vars: {name: hello.txt, id: "${uuid()}"}
sequences: {hello: {steps: [{send: {file: "${vars.name}"}}, {expect: {message: hello}}]}}
setup: [connect, {use: hello}, {set: {token: "${vars.id}"}}]
teardown: [connect, {use: hello}]
scenarios:
  - name: a file that is named when it is sent
    steps: [connect, {send: {file: "hello.${'txt'}"}}, {expect: {message: {binary: {$not: {$length: 0}}}}}]
  - name: a row ${matrix.n}
    matrix: {n: [1, 2]}
    steps: [connect, {send: "${vars.id}"}, {expect: {message: "${vars.token}"}}]
  - name: a schema
    steps: [connect, {send: {json: {a: 1}}}, {expect: {message: {json: {$schema: schema.json}}}}]
  - name: a load
    load: {times: 5}
    steps: [connect, {send: {file: "${vars.name}"}}, {expect: {message: {size: 5}}}]
  - name: what fails
    retries: 1
    steps: [connect, {send: "${uuid()}"}, {expect: {message: hello}}]
  - name: audio
    target: builtin://voximplant/echo
    dialect: voximplant
    steps: [connect, {send_media: {from: "fixtures/${'question'}-8k.wav", encoding: ULAW, tag: a}}, {wait: 1s}]
    unexpected: ignore
  - name: an endpoint
    endpoints: {here: {}}
    steps: [{parallel: [{on: c, steps: [{connect: {url: "${endpoints.here.url}"}}]}, {steps: [accept]}]}]
`))
	var runs []*trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root, o.Seed = root, 7
		var problems diag.List
		prepared := suitetest.Prepare([]plan.Selection{{File: filepath.Join(root, "suite.yaml")}}, o, &problems)
		if !problems.Empty() {
			t.Fatal(problems.Err())
		}
		for range 3 {
			runs = append(runs, prepared.Run(context.Background()))
		}
	})
	said := func(r *trace.Run) (out []string) {
		for s := range r.All() {
			line := s.Name + ": " + verdict(s)
			for _, c := range s.Connections {
				for _, ev := range c.Events {
					if m, ok := ev.Detail.(*trace.Message); ok && ev.Sent {
						line += " " + string(m.Data[:min(len(m.Data), 16)])
					}
				}
			}
			out = append(out, line)
		}
		return out
	}
	first := said(runs[0])
	for _, line := range first {
		if isWrong := strings.HasPrefix(line, "what fails: failed "); !isWrong && !strings.Contains(line, ": passed") {
			t.Errorf("%s", line)
		}
	}
	for _, again := range runs[1:] {
		if got := said(again); strings.Join(got, "\n") != strings.Join(first, "\n") {
			t.Errorf("the first time\n%s\nthen\n%s", strings.Join(first, "\n"), strings.Join(got, "\n"))
		}
	}
}
