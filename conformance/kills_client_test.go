package conformance_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/builtin/mutant"
	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// A client is called with its end of each connection for which a case waits.
type client func(nc net.Conn)

// clientKey is where the context of a run holds the client under test.
type clientKey struct{}

// rehearseClients prepares the suites once, for clients that the context of each run names.
func rehearseClients(t *testing.T) *suitetest.Prepared {
	t.Helper()
	inbound := func(ctx context.Context) (net.Conn, error) {
		return ctx.Value(clientKey{}).(func() net.Conn)(), nil
	}
	return prepare(t, suitetest.Options{Planning: plan.Options{Vars: map[string]any{"plain": "none"}, Accepting: true}, Performing: runner.Options{Inbound: inbound, Jobs: 1000}})
}

// judgeClient performs a plan with a client, in fake time.
func judgeClient(t *testing.T, prepared *suitetest.Prepared, c client) (run *trace.Run) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var calls sync.WaitGroup
		dial := func() net.Conn {
			ours, theirs := pipenet.Pipe()
			calls.Go(func() {
				defer func() { _ = theirs.Close() }()
				c(theirs)
			})
			return ours
		}
		run = prepared.Run(context.WithValue(context.Background(), clientKey{}, dial))
		calls.Wait()
	})
	return run
}

// mutated is the client of builtin://protocol with a defect.
func mutated(t *testing.T, defect string) client {
	t.Helper()
	if _, err := mutant.NewClient(defect); err != nil {
		t.Error(err)
	}
	return func(nc net.Conn) {
		c, err := mutant.NewClient(defect)
		if err != nil {
			return
		}
		c.NetDial = func(context.Context, string, string) (net.Conn, error) { return nc, nil }
		_ = c.Echo(context.Background(), "ws://judge.test/") // the case may be about that
	}
}

// The clean client fails nothing, and lacks nothing that a case needs. Every defect is noticed by each of the cases that
// the table names for it, which say why.
func TestClientKills(t *testing.T) {
	t.Parallel()
	prepared := rehearseClients(t)
	clean := map[string]conformance.Outcome{}
	run := judgeClient(t, only(t, prepared, conformance.Selection{Client: true}), mutated(t, ""))
	for _, c := range conformance.Of(run, "client", conformance.TagClient, false).Cases {
		clean[c.ID] = c.Outcome
		if c.Outcome != conformance.OK && c.Outcome != conformance.Informational {
			t.Errorf("the clean client: %s %s: %s, %s", c.ID, c.Title, c.Outcome, c.Message)
		}
	}
	for _, c := range conformance.Of(run, "client", conformance.TagClient, false).Cases {
		if strings.HasPrefix(c.ID, "H11.") && c.Duration > 500*time.Millisecond {
			t.Errorf("%s keeps a client that reads a refusal to its end for %s", c.ID, c.Duration)
		}
	}
	named := map[string]bool{}
	for _, row := range table(t, "data/kills-client.csv") {
		named[row["defect"]] = true
		ids := strings.Fields(row["cases"])
		chosen := only(t, prepared, conformance.Selection{Client: true, Cases: ids})
		run := judgeClient(t, chosen, mutated(t, row["defect"]))
		report := conformance.Of(run, "client", conformance.TagClient, false)
		for _, id := range ids {
			if clean[id] != conformance.OK {
				t.Errorf("%s is %s for the clean client, and so proves nothing", id, clean[id])
			}
			if got := outcomeOf(report, id); got != conformance.Outcome(row["outcome"]) {
				t.Errorf("%s does not notice %s: %q, want %s", id, row["defect"], got, row["outcome"])
			}
			if why := reasons(run, id); !strings.Contains(why, row["reason"]) {
				t.Errorf("%s notices %s, but it lacks %q:\n%s", id, row["defect"], row["reason"], why)
			}
		}
	}
	named["key-constant"] = true // shows over several dials only, and so in a test of the command
	for _, d := range mutant.ClientDefects() {
		if !named[d.Name] {
			t.Errorf("no case is named for %s: %s", d.Name, d.Says)
		}
	}
}

// reasons is all that is said about the failure of a case.
func reasons(run *trace.Run, id string) string {
	var out strings.Builder
	for _, s := range run.Suites {
		for i := range s.Scenarios {
			if conformance.ResultOf(&s.Scenarios[i]).ID != id {
				continue
			}
			out.WriteString(s.Scenarios[i].Reason + "\n")
			for _, p := range s.Scenarios[i].Problems {
				out.WriteString(p.Diagnostic.Message + "\n")
				for _, d := range p.Diagnostic.Details {
					out.WriteString(d.Label + ": " + d.Text + "\n")
				}
			}
		}
	}
	return out.String()
}

// Clients that do next to nothing pass no case.
func TestNoFraudulentClientPassesACase(t *testing.T) {
	prepared := rehearseClients(t)
	chosen := only(t, prepared, conformance.Selection{Client: true})
	for name, c := range map[string]client{
		"hangs up after the handshake": mutated(t, "drop-after-handshake"),
		"hangs up after one echo":      mutated(t, "drop-after-echo"),
		"closes with 1002 at once":     mutated(t, "close-1002-always"),
		"asks for nothing":             func(nc net.Conn) { _, _ = io.Copy(io.Discard, nc) },
		"is never there":               func(net.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := judgeClient(t, chosen, c)
			run = conformance.Doubt(run)
			for _, s := range run.Suites {
				for i := range s.Scenarios {
					if v := s.Scenarios[i].Verdict; v == trace.Passed || v == trace.Flaky {
						t.Errorf("passed: %s", s.Scenarios[i].Name)
					}
				}
			}
		})
	}
}
