package conformance_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/duologue/duologue/builtin/mutant"
	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
)

// dialKey is where the context of a run holds how the peer is reached.
type dialKey struct{}

// rehearse prepares the suites once, for peers that the context of each run names.
func rehearse(t *testing.T) *suitetest.Prepared {
	t.Helper()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return ctx.Value(dialKey{}).(func(context.Context) (net.Conn, error))(ctx)
	}
	return prepare(t, suitetest.Options{Planning: plan.Options{Target: "ws://mutant.test/"}, Performing: runner.Options{Dial: dial, Jobs: 1000}})
}

// judge performs a plan against the protocol endpoint with a defect, in fake time.
func judge(t *testing.T, prepared *suitetest.Prepared, defect string) (report *conformance.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := pipenet.New()
		l, err := network.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server, err := mutant.Serve(l, defect)
		if err != nil {
			t.Fatal(err)
		}
		dial := func(ctx context.Context) (net.Conn, error) { return network.Dial(ctx, "tcp", server.Address()) }
		run := prepared.Run(context.WithValue(context.Background(), dialKey{}, dial))
		report = conformance.Of(run, "builtin://protocol?defect="+defect, "server", false)
		if err := server.Close(); err != nil {
			t.Errorf("close the endpoint: %v", err)
		}
	})
	return report
}

// The clean endpoint fails nothing. Every defect is noticed by each of the cases that the table names for it, which are
// ok for the clean one.
func TestKills(t *testing.T) {
	t.Parallel()
	prepared := rehearse(t)
	clean := map[string]conformance.Outcome{}
	long := conformance.Selection{Cases: []string{"9.1.1", "9.3.8"}} // which the table names as well
	for _, selected := range []conformance.Selection{{}, long} {
		for _, c := range judge(t, only(t, prepared, selected), "").Cases {
			clean[c.ID] = c.Outcome
			if c.Outcome == conformance.Failed || c.Outcome == conformance.Errored || c.Outcome == conformance.Inconclusive {
				t.Errorf("the clean endpoint: %s %s: %s, %s", c.ID, c.Title, c.Outcome, c.Message)
			}
		}
	}
	named := map[string]bool{}
	for _, row := range table(t, "data/kills.csv") {
		named[row["defect"]] = true
		ids := strings.Fields(row["cases"])
		report := judge(t, only(t, prepared, conformance.Selection{Cases: ids}), row["defect"])
		for _, id := range ids {
			if clean[id] != conformance.OK {
				t.Errorf("%s is %s for the clean endpoint, and so proves nothing", id, clean[id])
			}
			if got := outcomeOf(report, id); got != conformance.Outcome(row["outcome"]) {
				t.Errorf("%s does not notice %s: %q, want %s", id, row["defect"], got, row["outcome"])
			}
			if why := messageOf(report, id); !strings.Contains(why, row["reason"]) {
				t.Errorf("%s notices %s, but %q lacks %q", id, row["defect"], why, row["reason"])
			}
		}
	}
	for _, d := range mutant.Defects() {
		if !named[d.Name] {
			t.Errorf("no case is named for %s: %s", d.Name, d.Says)
		}
	}
}

func messageOf(r *conformance.Report, id string) string {
	for _, c := range r.Cases {
		if c.ID == id {
			return c.Message + ": " + c.Came
		}
	}
	return ""
}

func outcomeOf(r *conformance.Report, id string) conformance.Outcome {
	for _, c := range r.Cases {
		if c.ID == id {
			return c.Outcome
		}
	}
	return ""
}
