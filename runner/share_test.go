package runner_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// ended performs suites in fake time, and gives the verdicts as name=verdict, and what an observer was told.
func ended(t *testing.T, o runner.Options, share func(*plan.Plan) *plan.Plan, suites ...string) (*trace.Run, string, []string) {
	t.Helper()
	files, names := fstest.MapFS{}, []string{}
	for i, text := range suites {
		name := fmt.Sprintf("%d.yaml", i)
		files[name] = &fstest.MapFile{Data: []byte("target: builtin://echo\n" + text)}
		names = append(names, name)
	}
	var w witness
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, so suitetest.Options) {
		so.Files = files
		p := suitetest.Plan(t, so, names...).Plan
		if share != nil {
			p = share(p)
		}
		o.Dial, o.Listen, o.Observer, o.MaxLateness = so.Dial, so.Listen, &w, time.Hour
		run = runner.Run(t.Context(), p, o)
	})
	var got []string
	for sc := range run.All() {
		got = append(got, sc.Name+"="+string(sc.Verdict))
	}
	return run, strings.Join(got, " "), w.told
}

const (
	right = "- {name: right, steps: [connect, {send: a}, {expect: {message: a}}]}\n"
	wrong = "- {name: wrong, steps: [connect, {send: a}, {expect: {message: b}}]}\n"
	late  = "- {name: late, steps: [{wait: 1h}, connect, {send: a}, {expect: {message: b}}], timeout: 2h}\n"
	unfit = "- {name: unfit, steps: [connect, {set: {n: 0}}, {send: '${1 / vars.n}'}]}\n"
	off   = "- {name: off, skip: later, steps: [connect]}\n"
	known = "- {name: known, known_failure: '7', steps: [connect, {send: a}, {expect: {message: b}}]}\n"
)

// After so many failures no further scenario begins, nor the setup of a suite. What has begun goes on.
func TestMaxFailures(t *testing.T) {
	const gone = "scenarios:\n"
	for name, tt := range map[string]struct {
		most, jobs, repeat int
		suites             []string
		want               string
		left               int
	}{
		"no limit":               {0, 1, 1, []string{gone + wrong + right, gone + wrong}, "wrong=failed right=passed wrong=failed", 0},
		"the first":              {1, 1, 1, []string{gone + right + wrong + strings.Replace(right, "right", "after", 1), gone + right}, "right=passed wrong=failed after=skipped right=skipped", 2},
		"an error":               {1, 1, 1, []string{gone + unfit + right}, "unfit=error right=skipped", 1},
		"skipped and known":      {1, 1, 1, []string{gone + off + known + right + wrong}, "off=skipped known=skipped right=passed wrong=failed", 0},
		"the second":             {2, 1, 1, []string{gone + wrong + right + strings.Replace(wrong, "wrong", "again", 1), gone + right}, "wrong=failed right=passed again=failed right=skipped", 1},
		"never so many":          {3, 1, 1, []string{gone + wrong + right, gone + wrong}, "wrong=failed right=passed wrong=failed", 0},
		"what has begun goes on": {1, 2, 1, []string{gone + late + wrong + right}, "late=failed wrong=failed right=skipped", 1},
		"a setup":                {1, 1, 1, []string{"setup: [connect, {send: a}, {expect: {message: b}}]\n" + gone + right, gone + right}, "setup=failed right=skipped right=skipped", 2},
		"no further setup":       {1, 1, 1, []string{gone + wrong, "setup: [connect, {send: a}, {expect: {message: b}}]\nteardown: [connect, {send: a}, {expect: {message: b}}]\n" + gone + right}, "wrong=failed right=skipped", 1},
		"but the teardown":       {1, 1, 1, []string{"teardown: [connect, {send: a}, {expect: {message: b}}]\n" + gone + wrong + right}, "wrong=failed right=skipped teardown=failed", 1},
		"a run of several":       {1, 1, 3, []string{gone + wrong + right}, "wrong=failed right=skipped", 1},
		"serial":                 {1, 4, 1, []string{"serial: true\n" + gone + wrong + right}, "wrong=failed right=skipped", 1},
	} {
		t.Run(name, func(t *testing.T) {
			run, got, told := ended(t, runner.Options{Jobs: tt.jobs, Repeat: tt.repeat, MaxFailures: tt.most}, nil, tt.suites...)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			left := 0
			for sc := range run.All() {
				if strings.HasPrefix(sc.Reason, "not performed, since ") {
					left++
				}
				if sc.Series != nil && tt.most > 0 && sc.Series.Runs != 1 {
					t.Errorf("%q had %d runs", sc.Name, sc.Series.Runs)
				}
			}
			noted := slices.ContainsFunc(run.Notices, func(n string) bool {
				return strings.HasSuffix(n, fmt.Sprintf("had failed: %d of %d scenarios", left, total(run)))
			})
			if left != tt.left || noted != (left > 0) {
				t.Errorf("%d were left out, want %d; the notes are %q", left, tt.left, run.Notices)
			}
			for _, line := range told {
				if strings.HasPrefix(line, "skipped right") || strings.HasPrefix(line, "skipped after") {
					t.Errorf("the observer was told %q", line)
				}
			}
		})
	}
}

// total is the number of scenarios of a run, parts of suites apart.
func total(r *trace.Run) int {
	n := 0
	for sc := range r.All() {
		if sc.Part == "" {
			n++
		}
	}
	return n
}

// A scenario that is performed many times stops as well when another has failed. A part of what was asked for is no pass.
func TestMaxFailuresOfASeries(t *testing.T) {
	slow := "- {name: slow, steps: [{wait: 1s}, connect, {send: a}, {expect: {message: a}}]}\n"
	later := "- {name: later, steps: [{wait: 2500ms}, connect, {send: a}, {expect: {message: b}}]}\n"
	run, got, _ := ended(t, runner.Options{Jobs: 2, Repeat: 10, MaxFailures: 1}, nil, "scenarios:\n"+slow+later)
	sc := run.Suites[0].Scenarios[0]
	if got != "slow=skipped later=failed" || sc.Series.Runs != 3 || sc.Reason != "stopped after 3 of 10 runs, since 1 had failed" {
		t.Errorf("got %q, slow %d times: %s", got, sc.Series.Runs, sc.Reason)
	}
}

// A share says which it is, and its scenarios say their places. The whole has neither.
func TestRunOfAShare(t *testing.T) {
	suites := []string{"scenarios:\n" + right + wrong, "scenarios:\n" + off + strings.Replace(right, "right", "more", 1)}
	run, got, _ := ended(t, runner.Options{}, nil, suites...)
	if got != "right=passed wrong=failed off=skipped more=passed" || run.Shard != nil || run.Suites[0].Scenarios[1].Number != 0 {
		t.Errorf("the whole is %q, shard %v, number %d", got, run.Shard, run.Suites[0].Scenarios[1].Number)
	}
	run, got, _ = ended(t, runner.Options{}, func(p *plan.Plan) *plan.Plan { return p.Shard(2, 2) }, suites...)
	if got != "wrong=failed more=passed" || !reflect.DeepEqual(*run.Shard, trace.Shard{Index: 2, Of: 2, Total: 4, Elsewhere: 1}) || run.Suites[0].Scenarios[0].Number != 2 || run.Suites[1].Scenarios[0].Number != 4 {
		t.Errorf("the share is %q, %+v", got, run.Shard)
	}
	// A scenario that is not performed has its place, too.
	run, got, _ = ended(t, runner.Options{Jobs: 1, MaxFailures: 1}, func(p *plan.Plan) *plan.Plan { return p.Shard(2, 2) }, suites...)
	if got != "wrong=failed more=skipped" || run.Suites[1].Scenarios[0].Number != 4 {
		t.Errorf("the share is %q, number %d", got, run.Suites[1].Scenarios[0].Number)
	}
}
