// Package suitetest compares suites with the comments in them. It is for tests
// only.
//
// A scenario must pass, unless one of its lines ends in
//
//	# want "message"
//
// Then it must fail with that message (a regular expression), at that line and
// at no other. `# want error "…"` asks for another verdict than failed.
package suitetest

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

var wantComment = regexp.MustCompile(`# want (?:(\w+) )?("(?:[^"\\]|\\.)*")\s*$`)

type want struct {
	verdict trace.Verdict
	message *regexp.Regexp
}

// Check performs suites, all at once and in fake time, against embedded
// endpoints, and compares the results with the comments. It does so twice: with
// the events kept that steps can ask for, and with every event kept. root is the
// folder above the files. The results must also be those in the file golden; see
// [Golden].
func Check(t *testing.T, root, golden string, update bool, files ...string) {
	t.Helper()
	var run *trace.Run
	Fake(t, func(t *testing.T, o Options) {
		o.Root = root
		run = Plan(t, o, files...).Run(context.Background())
	})
	checkRun(t, run)
	checkRun(t, Golden(t, golden, update, Options{Planning: plan.Options{Root: root}}, files...))
}

// seed is the seed of the runs that Golden compares.
const seed = 7

func checkRun(t *testing.T, run *trace.Run) {
	t.Helper()
	for _, s := range run.Suites {
		t.Run(filepath.ToSlash(s.File), func(t *testing.T) {
			text, err := os.ReadFile(s.File)
			if err != nil {
				t.Fatal(err)
			}
			Compare(t, &s, string(text))
		})
	}
}

// Compare compares the results of a suite with the comments in its text.
func Compare(t *testing.T, s *trace.Suite, text string) {
	t.Helper()
	wants := wantsOf(t, text)
	for _, sc := range s.Scenarios {
		compare(t, &sc, wants)
	}
	for line, w := range wants {
		t.Errorf("line %d: wanted %q, but nothing there failed", line, w.message)
	}
}

// Complaints compares the complaints about a suite with the comments in its
// text. Each line with a comment must have a complaint, and no other line.
func Complaints(t *testing.T, problems *diag.List, text string) {
	t.Helper()
	wants := wantsOf(t, text)
	for _, d := range problems.Sorted() {
		for _, line := range linesOf(t, d) {
			w, ok := wants[line]
			if !ok || !w.message.MatchString(d.Message) {
				t.Errorf("unwanted in line %d: %v (%s)", line, d, d.Hint)
				continue
			}
			delete(wants, line)
		}
	}
	for line, w := range wants {
		t.Errorf("line %d: wanted %q, but there is no complaint", line, w.message)
	}
}

// linesOf gives the line of a complaint, and the lines of others with the same
// cause.
func linesOf(t *testing.T, d diag.Diagnostic) []int {
	t.Helper()
	lines := []int{d.Pos.Line}
	for _, detail := range d.Details {
		if detail.Label != diag.AlsoInLine {
			continue
		}
		for number := range strings.SplitSeq(detail.Text, ", ") {
			line, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// Fake runs a test in fake time. Suites that are performed with the given
// options reach the embedded endpoints and their own over a network in memory.
// So each takes as long as it says, however busy the machine is. The test must
// not start subtests.
func Fake(t *testing.T, test func(t *testing.T, o Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		server, err := builtin.StartOn(n.Listen, "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		test(t, Options{Planning: plan.Options{Resolve: server.Resolve}, Performing: runner.Options{Dial: n.Dial, Listen: n.Listen}})
		if err := server.Close(); err != nil {
			t.Errorf("close embedded endpoints: %v", err)
		}
	})
}

// Serve starts embedded endpoints that end with the test.
func Serve(t *testing.T) *builtin.Server {
	t.Helper()
	server, err := builtin.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("close embedded endpoints: %v", err)
		}
	})
	return server
}

// Options say how suites are planned and performed.
type Options struct {
	Planning
	Performing
}

// Planning and Performing are the parts of [Options].
type (
	Planning   = plan.Options
	Performing = runner.Options
)

// Prepared is a plan with the options of its performance.
type Prepared struct {
	*plan.Plan
	o Performing
}

// Prepare is [plan.Prepare].
func Prepare(selected []plan.Selection, o Options, out *diag.List) *Prepared {
	return &Prepared{plan.Prepare(selected, o.Planning, out), o.Performing}
}

// Run performs the plan.
func (p *Prepared) Run(ctx context.Context) *trace.Run { return runner.Run(ctx, p.Plan, p.o) }

// Only is [plan.Plan.Only].
func (p *Prepared) Only(wanted func(plan.Case) bool) *Prepared {
	return &Prepared{p.Plan.Only(wanted), p.o}
}

// Plan prepares suites, which must have no problems. Lateness never makes them
// inconclusive.
func Plan(t *testing.T, o Options, files ...string) *Prepared {
	t.Helper()
	o.MaxLateness = time.Hour
	var selected []plan.Selection
	for _, file := range files {
		selected = append(selected, plan.Selection{File: file})
	}
	var problems diag.List
	prepared := Prepare(selected, o, &problems)
	if !problems.Empty() {
		t.Fatalf("prepare %v: %v", files, problems.Err())
	}
	return prepared
}

// compare compares the result of one scenario with the comments of its lines.
func compare(t *testing.T, s *trace.Scenario, wants map[int]want) {
	t.Helper()
	if len(s.Problems) == 0 {
		if s.Verdict != trace.Passed && (s.Verdict != trace.Skipped || s.Reason == "") {
			t.Errorf("%s: %q is %s without a problem", s.Pos, s.Name, s.Verdict)
		}
		return
	}
	for _, p := range s.Problems {
		w, ok := wants[p.Diagnostic.Pos.Line]
		if !ok {
			t.Errorf("%q: %v", s.Name, p.Diagnostic)
			Explain(t, p)
			continue
		}
		delete(wants, p.Diagnostic.Pos.Line)
		if !w.message.MatchString(p.Diagnostic.Message) || s.Verdict != w.verdict {
			t.Errorf("%v is %s, want %s %q", p.Diagnostic, s.Verdict, w.verdict, w.message)
		}
	}
}

// Explain logs the details and the last events of a problem.
func Explain(t *testing.T, p trace.Problem) {
	t.Helper()
	for _, d := range p.Diagnostic.Details {
		t.Logf("   %s: %s", d.Label, d.Text)
	}
	for _, e := range p.Recent {
		t.Log(e.Line())
	}
}

func wantsOf(t *testing.T, text string) map[int]want {
	t.Helper()
	wants := map[int]want{}
	for i, line := range strings.Split(text, "\n") {
		m := wantComment.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		message, err := strconv.Unquote(m[2])
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		w := want{verdict: trace.Failed, message: regexp.MustCompile(message)}
		if m[1] != "" {
			w.verdict = trace.Verdict(m[1])
		}
		wants[i+1] = w
	}
	return wants
}
