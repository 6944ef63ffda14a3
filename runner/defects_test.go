package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Each check passes against a healthy endpoint, and against one with a defect
// it fails: that check and no other, with its message. testdata/defects says
// which, in comments of the form
//
//	# defect NAME "message"
//
// above the line that is to fail.
var defectComment = regexp.MustCompile(`^\s*# defect (\S+) "(.*)"$`)

// A trial is one scenario against one endpoint.
type trial struct {
	scenario string
	defect   string // "" for the healthy endpoint
	target   string
	line     int // that is to fail
	message  *regexp.Regexp
	run      *trace.Run
}

func TestDefects(t *testing.T) {
	files, err := filepath.Glob("testdata/defects/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites in testdata/defects (%v)", err)
	}
	var trials []*trial
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		var all sync.WaitGroup
		for _, file := range files {
			for _, tr := range trialsOf(t, file) {
				trials = append(trials, tr)
				o.Root, o.Target = "..", tr.target
				o.Name = regexp.MustCompile("^" + regexp.QuoteMeta(tr.scenario) + "$")
				prepared := suitetest.Plan(t, o, file)
				all.Go(func() { tr.run = prepared.Run(context.Background()) })
			}
		}
		all.Wait()
	})
	used := map[string]bool{}
	for _, tr := range trials {
		used[tr.defect] = true
		t.Run(tr.scenario+"/"+tr.defect, tr.judge)
	}
	delete(used, "")
	if len(used) < 25 {
		t.Errorf("only %d defects are used", len(used))
	}
}

// judge compares what failed with what was to fail.
func (tr *trial) judge(t *testing.T) {
	s := tr.run.Suites[0].Scenarios[0]
	if tr.defect == "" {
		if s.Verdict != trace.Passed {
			t.Errorf("the healthy endpoint: %s", s.Verdict)
			explain(t, s)
		}
		return
	}
	if s.Verdict != trace.Failed || len(s.Problems) != 1 {
		t.Errorf("verdict %s with %d problems, want one at line %d: %s", s.Verdict, len(s.Problems), tr.line, tr.message)
		explain(t, s)
		return
	}
	d := s.Problems[0].Diagnostic
	if d.Pos.Line != tr.line || !tr.message.MatchString(d.Message) {
		t.Errorf("failed with %v, want line %d: %s", d, tr.line, tr.message)
		explain(t, s)
	}
}

func explain(t *testing.T, s trace.Scenario) {
	t.Helper()
	for _, p := range s.Problems {
		t.Log(p.Diagnostic)
		suitetest.Explain(t, p)
	}
}

// trialsOf reads the trials of a suite: of each scenario one against the
// healthy endpoint, and one for each comment.
func trialsOf(t *testing.T, file string) []*trial {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var problems diag.List
	s := spec.Parse(file, string(text), &problems)
	if !problems.Empty() {
		t.Fatal(problems.Err())
	}
	lines := strings.Split(string(text), "\n")
	var trials []*trial
	for i, sc := range s.Scenarios {
		target, ok := sc.Target.Known()
		if !ok {
			target, _ = s.Target.Known()
		}
		trials = append(trials, &trial{scenario: sc.Name, target: target})
		from, to := first(lines, sc.Pos.Line), len(lines)
		if i+1 < len(s.Scenarios) {
			to = first(lines, s.Scenarios[i+1].Pos.Line)
		}
		for n := from; n < to; n++ {
			m := defectComment.FindStringSubmatch(lines[n])
			if m == nil {
				continue
			}
			trials = append(trials, &trial{scenario: sc.Name, defect: m[1], target: with(target, m[1]),
				line: below(lines, n) + 1, message: regexp.MustCompile("^" + m[2] + "$")})
		}
	}
	return trials
}

// first gives the index of a scenario's first line, comments above included;
// line counts from 1.
func first(lines []string, line int) int {
	n := line - 1
	for n > 0 && defectComment.MatchString(lines[n-1]) {
		n--
	}
	return n
}

// below gives the index of the line that a comment speaks of.
func below(lines []string, n int) int {
	for n+1 < len(lines) && defectComment.MatchString(lines[n]) {
		n++
	}
	return n
}

// with adds a defect to a target.
func with(target, defect string) string {
	if strings.Contains(target, "?") {
		return target + "&defect=" + defect
	}
	return target + "?defect=" + defect
}
