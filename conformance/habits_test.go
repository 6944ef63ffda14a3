package conformance_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/internal/habit"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

// lenient is what the servers of package habit do against the rules beside their habit: they look at little of a request.
const lenient = "H1.3 H2.4 H2.5 H2.6 H2.12 H2.13 H2.16 H3.2 H3.3 H3.4 H3.5 H3.6 H5.2"

// ends are the cases about the end of a connection that we begin.
const ends = "7.1.1 7.1.2 7.1.3 7.1.4 7.1.5 7.3.1 7.3.3 7.3.4 7.3.5 " +
	"7.7.1 7.7.2 7.7.3 7.7.4 7.7.5 7.7.6 7.7.7 7.7.8 7.7.9 7.7.10 7.7.11 7.7.12 7.7.13 X13 X15"

// Every habit fails what the RFCs fail and nothing else, and what they allow without asking for it is non_strict. The counts
// of non_strict are those beyond what a server without a habit has.
var habits = map[string]struct {
	fails     string // beside what lenient names
	nonStrict int
	why       string // of those, or of some
}{
	habit.Plain:     {"", 0, ""},
	habit.Drop:      {"", 141, "refused by the end of TCP, without a Close (RFC 6455 7.1.7, SHOULD)"},
	habit.Empty:     {"", 142, "refused by a Close without a code (RFC 6455 7.1.7, SHOULD)"},
	habit.UTF81002:  {"", 75, "refused with another code than the rule names (RFC 6455 7.1.7, SHOULD)"},
	habit.Len1011:   {"", 6, "refused without the code that the rule names (RFC 6455 7.1.7, SHOULD)"},
	habit.Mask1003:  {"", 1, "refused with another code than the rule names (RFC 6455 7.1.7, SHOULD)"},
	habit.Drop1014:  {"", 3, "a code that was registered after RFC 6455 is refused"},
	habit.Limit:     {"", 9, "refused as too large, which RFC 6455 10.4 allows"},
	habit.Pongs:     {"", 0, ""},
	habit.DropClose: {ends, 19, "a Close that breaks a rule is refused by the end of TCP (RFC 6455 7.1.7, SHOULD)"},
	habit.SlowFIN:   {ends, 0, ""},
}

// costly are cases of megabytes, or of thousands of messages, that no habit but a limit changes; see TestLimitThatIsTold for that.
var costly = []string{"X9", "X20.1", "X20.2", "X21", "X26", "X28", "S2.3", "S12", "S13", "S19",
	"X8.1", "X8.2", "X8.3", "X8.4", "X8.5", "X8.6", "X8.7", "X8.8", "X8.9", "X8.10", "X8.11"}

func TestHabits(t *testing.T) {
	t.Parallel()
	prepared := only(t, rehearse(t), conformance.Selection{}).Only(func(c plan.Case) bool { return !slices.Contains(costly, conformance.CaseOf(c.Name, c.Tags).ID) })
	plain := nonStrict(against(t, prepared, habit.Plain), "")
	for name, want := range habits {
		t.Run("habit "+name, func(t *testing.T) {
			report := against(t, prepared, name)
			var failed []string
			for _, c := range report.Cases {
				switch c.Outcome {
				case conformance.Failed:
					failed = append(failed, c.ID)
				case conformance.Errored, conformance.Inconclusive:
					t.Errorf("%s is %s: %s", c.ID, c.Outcome, c.Message)
				case conformance.NonStrict, conformance.Informational:
					if c.Message == "" {
						t.Errorf("%s is %s without a reason", c.ID, c.Outcome)
					}
				}
			}
			all := strings.Fields(lenient + " " + want.fails)
			slices.SortFunc(all, conformance.Order)
			if diff := cmp.Diff(all, failed); diff != "" {
				t.Errorf("cases that fail (-want +got):\n%s", diff)
			}
			if got := len(nonStrict(report, "")) - len(plain); got != want.nonStrict {
				t.Errorf("%d cases more than without a habit are non_strict, want %d: %v", got, want.nonStrict, nonStrict(report, ""))
			}
			if len(nonStrict(report, want.why)) == 0 {
				t.Errorf("no case is non_strict because %q", want.why)
			}
		})
	}
}

// nonStrict gives the cases that are non_strict for a reason, or for any where that is "".
func nonStrict(r *conformance.Report, why string) (ids []string) {
	for _, c := range r.Cases {
		if c.Outcome == conformance.NonStrict && (why == "" || c.Message == why) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// against performs a plan against a server with a habit, in fake time.
func against(t *testing.T, prepared *suitetest.Prepared, name string) (report *conformance.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := pipenet.New()
		l, err := network.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := habit.Serve(l, name)
		defer server.Close()
		dial := func(ctx context.Context) (net.Conn, error) { return network.Dial(ctx, "tcp", l.Addr().String()) }
		run := prepared.Run(context.WithValue(context.Background(), dialKey{}, dial))
		report = conformance.Of(run, "ws://habit.test", conformance.TagServer, false)
	})
	return report
}

// A limit that its owner has told binds both sides.
func TestLimitThatIsTold(t *testing.T) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return ctx.Value(dialKey{}).(func(context.Context) (net.Conn, error))(ctx)
	}
	cases := conformance.Selection{Cases: []string{"1.1.5", "1.1.6", "1.2.8", "9.1.1", "9.5.1", "9.7.6", "10.1.1", "X17.3", "X18", "X20.1", "X21", "X26", "X4.6"}}
	for limit, want := range map[string]string{
		"8192":   "1.1.5 ok, 1.1.6 non_strict, 9.1.1 non_strict, 9.5.1 non_strict, 9.7.6 ok, 10.1.1 non_strict, X4.6 ok, X17.3 non_strict, X18.1 ok, X18.2 ok, X20.1 non_strict, X21 non_strict, X26 ok, 1.2.8 non_strict",
		"100000": "1.1.5 ok, 1.1.6 failed, 9.1.1 failed, 9.5.1 non_strict, 9.7.6 ok, 10.1.1 failed, X4.6 ok, X17.3 non_strict, X18.1 failed, X18.2 ok, X20.1 non_strict, X21 failed, X26 ok, 1.2.8 failed",
	} {
		prepared := only(t, prepare(t, suitetest.Options{
			Planning:   plan.Options{Target: "ws://habit.test/", Vars: map[string]any{"limit": limit}},
			Performing: runner.Options{Dial: dial, Jobs: 1000},
		}), cases)
		var got []string
		for _, c := range against(t, prepared, habit.Limit).Cases {
			got = append(got, c.ID+" "+string(c.Outcome))
		}
		wanted := strings.Split(want, ", ")
		slices.Sort(wanted)
		slices.Sort(got)
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("a limit of %s (-want +got):\n%s", limit, diff)
		}
	}
}

// A server that dies fails the case that killed it, or those that were under way then. All others are errors, for one reason.
func TestGone(t *testing.T) {
	prepared := only(t, rehearse(t), conformance.Selection{Cases: []string{"1.1", "5.10"}})
	var told *trace.Run
	died := false
	synctest.Test(t, func(t *testing.T) {
		network := pipenet.New()
		l, err := network.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := habit.Serve(l, habit.Dies)
		defer server.Close()
		dial := func(ctx context.Context) (net.Conn, error) { return network.Dial(ctx, "tcp", l.Addr().String()) }
		ctx := context.WithValue(context.Background(), dialKey{}, dial)
		part := func(wanted func(name string) bool) *trace.Run {
			return prepared.Only(func(c plan.Case) bool { return wanted(c.Name) }).Run(ctx)
		}
		alive := func(name string) bool { return strings.HasPrefix(name, "1.1.1 ") }
		kills := func(name string) bool { return strings.HasPrefix(name, "5.10 ") }
		passed, first := part(alive), part(kills)
		if _, died := conformance.Gone(first); died {
			t.Error("a server is called dead of which nobody asked anything since")
		}
		then := part(func(name string) bool { return !alive(name) && !kills(name) })
		for i := range then.Suites { // as if it were one run
			for _, run := range []*trace.Run{first, then} {
				for k := range run.Suites[i].Scenarios {
					run.Suites[i].Scenarios[k].Start += passed.Duration + time.Millisecond
				}
			}
			for k := range then.Suites[i].Scenarios {
				then.Suites[i].Scenarios[k].Start += first.Duration + time.Millisecond
			}
			then.Suites[i].Scenarios = slices.Concat(then.Suites[i].Scenarios, first.Suites[i].Scenarios, passed.Suites[i].Scenarios)
		}
		told, died = conformance.Gone(then)
	})
	if !died {
		t.Fatal("the death of the server was not noticed")
	}
	counts := map[string]int{}
	for _, c := range conformance.Of(told, "", conformance.TagServer, false).Cases {
		counts[string(c.Outcome)+": "+c.Message]++
	}
	want := map[string]int{
		"ok: ": 1, "failed: the server died in this case": 1, "error: the server is gone: its address refuses connections": 7,
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}
