package runner_test

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

var errNobodyListens = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

// A connect that retries dials until the server is there, and tells how often.
func TestRetryUntilTheServerListens(t *testing.T) {
	fakeShown(t, func(*peer) {}, func(s *stage) {
		s.fails, s.failsUntil = errNobodyListens, 5
		sc := s.steps("- connect: {retry: {until: 2s, every: 300ms}}\n  as: it\n- assert: {it.at: {$between: [1200ms, 1300ms]}}\n")
		if sc.Verdict != trace.Passed {
			t.Fatalf("it is %s: %v", sc.Verdict, sc.Problems)
		}
		if c := sc.Connections; len(c) != 1 || c[0].Attempts != 5 || c[0].Dialled != 0 {
			t.Errorf("connections are %+v, want one that was dialled 5 times from the start", c)
		}
	})
}

// A server that does not come up in time fails the step that needs the connection. The
// error tells how often it was dialled, and nothing is dialled after `until`.
func TestRetryEnds(t *testing.T) {
	fake(t, func(*peer) {}, func(s *stage) {
		s.fails = errNobodyListens
		sc := s.steps("- connect: {retry: {until: 1s, every: 300ms}}\n- send: hello\n")
		if sc.Verdict != trace.Failed || sc.Problems[0].Diagnostic.Message != `connection "main" did not open` {
			t.Fatalf("it is %s: %v", sc.Verdict, sc.Problems)
		}
		if n := s.dials.Load(); n != 4 {
			t.Errorf("it was dialled %d times, want 4", n)
		}
		if why := sc.Problems[0].Diagnostic.Details[0].Text; !strings.Contains(why, "dialled 4 times in 900ms") {
			t.Errorf("the error is %q", why)
		}
	})
}

// The scenario's own time ends the attempts, and so does its end if nobody waits.
func TestRetryIsGivenUp(t *testing.T) {
	for _, steps := range []string{
		"- connect: {retry: {until: 1h, every: 7s}}\n",
		"- connect: {wait: false, retry: {until: 1h, every: 7s}}\n- wait: 30s\n",
	} {
		fake(t, func(*peer) {}, func(s *stage) {
			s.fails = errNobodyListens
			sc := s.steps(steps)
			if sc.Verdict != trace.Failed || sc.Duration > 70*time.Second {
				t.Errorf("%q is %s after %s: %v", steps, sc.Verdict, sc.Duration, sc.Problems)
			}
		})
	}
}

// Other trouble than a refusal that may pass is told at once.
func TestRetryOfWhatWillNotPass(t *testing.T) {
	fake(t, func(*peer) {}, func(s *stage) {
		s.fails = &net.DNSError{Err: "no such host", Name: "stage.test", IsNotFound: true}
		sc := s.steps("- connect: {retry: {until: 1h}}\n- expect: {error: dns}\n")
		if n := s.dials.Load(); sc.Verdict != trace.Passed || n != 1 {
			t.Errorf("it is %s after %d dials: %v", sc.Verdict, n, sc.Problems)
		}
	})
}

// Times that are none are complaints, before anything is dialled where that is known.
func TestRetryTimes(t *testing.T) {
	for retry, want := range map[string]string{
		"{every: 1s}":                     "retry needs `until`",
		"{until: 0s}":                     "0s is no time to wait",
		"{until: 1s, every: 0s}":          "0s is no time to wait",
		"{until: 1s, every: '${vars.x}'}": "0s is no time to wait",
		"{until: soon}":                   `"soon" is not a duration`,
	} {
		var problems diag.List
		text := "target: ws://127.0.0.1:1\nvars: {x: 0s}\nscenarios: [{name: it, steps: [{connect: {retry: " + retry + "}}]}]\n"
		suitetest.Prepare([]plan.Selection{{File: "s.yaml"}}, suitetest.Options{Planning: plan.Options{Files: fstest.MapFS{"s.yaml": {Data: []byte(text)}}}}, &problems)
		all := problems.Sorted()
		if len(all) != 1 || !strings.Contains(all[0].Message, want) {
			t.Errorf("%s: complaints are %v, want %q", retry, all, want)
		}
	}
}
