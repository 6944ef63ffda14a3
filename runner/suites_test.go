package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// Each suite in testdata is performed against the embedded endpoints. A
// scenario must pass, unless one of its lines ends in
//
//	# want "message"
//
// Then it must fail with that message (a regular expression), at that line and
// at no other. `# want error "…"` asks for another verdict than failed.
var wantComment = regexp.MustCompile(`# want (?:(\w+) )?("(?:[^"\\]|\\.)*")\s*$`)

type want struct {
	verdict trace.Verdict
	message *regexp.Regexp
}

func TestSuites(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suites in testdata (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			run, text := performFile(t, file, runner.Options{})
			wants := wantsOf(t, text)
			for _, s := range run.Suites[0].Scenarios {
				compare(t, &s, wants)
			}
			for line, w := range wants {
				t.Errorf("%s:%d: wanted %q, but nothing there failed", file, line, w.message)
			}
		})
	}
}

// compare holds the outcome of one scenario against the comments of its lines.
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
			for _, d := range p.Diagnostic.Details {
				t.Logf("   %s: %s", d.Label, d.Text)
			}
			for _, e := range p.Recent {
				t.Log(e.Line())
			}
			continue
		}
		delete(wants, p.Diagnostic.Pos.Line)
		if !w.message.MatchString(p.Diagnostic.Message) || s.Verdict != w.verdict {
			t.Errorf("%v is %s, want %s %q", p.Diagnostic, s.Verdict, w.verdict, w.message)
		}
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

// performFile runs one suite against embedded endpoints of its own.
func performFile(t *testing.T, file string, o runner.Options) (*trace.Run, string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	server, err := builtin.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("close embedded endpoints: %v", err)
		}
	})
	o.Resolve = server.Resolve
	o.Root = ".."             // suites use the project's fixtures
	o.MaxLateness = time.Hour // a busy machine must not make these inconclusive
	var problems diag.List
	plan := runner.Prepare([]runner.Selection{{File: file}}, o, &problems)
	if !problems.Empty() {
		t.Fatalf("prepare %s: %v", file, problems.Err())
	}
	return plan.Run(context.Background()), string(text)
}
