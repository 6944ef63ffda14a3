package main

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/habit"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"
)

// serving gives the URL of a server with a habit.
func serving(t *testing.T, name string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(habit.Serve(l, name).Close)
	return "ws://" + l.Addr().String()
}

// silent gives an address that takes connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// A server that is not there, or that does not echo, is told in one line. The words say for how long
// it was asked, and all of these times together are less than five seconds. A broken rule stops nothing.
func TestConformanceProbe(t *testing.T) {
	const refusal = "builtin://reject?status=404"
	for target, want := range map[string]string{
		"ws://127.0.0.1:1":                               "ws://127.0.0.1:1: refused: 127.0.0.1:1 does not accept connections",
		"ws://" + silent(t):                              "it is silent: no answer to the handshake came in time",
		refusal:                                          "it answers the handshake with status 404 instead of 101; a path, --protocol, ",
		"builtin://protocol?defect=status-200":           "it answers the handshake with status 200 instead of 101",
		"builtin://protocol?defect=sink":                 `it does not echo: to the text "are you there?" nothing came in 2s; if it is no echo, say with --alive `,
		"builtin://close?code=4001&reason=over":          `it does not echo: to the text "are you there?" came "hello"`,
		serving(t, habit.Binary):                         `it does not echo: to the text "are you there?" came a Close with 1003; if it is no echo, say with --alive `,
		serving(t, habit.Greet):                          `it says "welcome" before it echoes; tell what may come by itself with --greeting`,
		"builtin://protocol?defect=drop-after-handshake": `to the text "are you there?" came the end of TCP`,
	} {
		t.Run(target, func(t *testing.T) {
			code, out := conform(t, target, "--case", "1.1.1")
			if code != exitError || !strings.Contains(out, want) || strings.Count(out, "\n") != 1 {
				t.Errorf("it ends with %d and says, in place of one line with %q:\n%s", code, want, out)
			}
		})
	}
	for _, defect := range []string{"accept-key-wrong", "masked-echo", "mask-forgotten", "bit-flipped", "wrong-type", "cut-off-echo", "rsv3-echo", "twice", "extension-unrequested"} {
		t.Run(defect, func(t *testing.T) {
			if code, out := conform(t, "builtin://protocol?defect="+defect, "--case", "1.2.2"); code != exitFailed {
				t.Errorf("a broken rule ends with %d:\n%s", code, out)
			}
		})
	}
}

// A server that dies fails a case that has a name, and the rest is told in a line.
func TestConformanceOfServerThatDies(t *testing.T) {
	code, out := conform(t, serving(t, habit.Dies), "--section", "1", "--section", "2", "--case", "5.9", "--section", "7", "--jobs", "1")
	for _, want := range []string{"5.9 a continuation with nothing to continue", "the server died in this case\n", " cases: the server is gone: its address refuses connections\n\n"} {
		if code != exitFailed || !strings.Contains(out, want) {
			t.Errorf("it ends with %d and lacks %q:\n%s", code, want, out)
		}
	}
}

func TestConformanceRetry(t *testing.T) {
	code, out := conform(t, serving(t, habit.Learns), "--case", "5.10", "--retry", "1")
	if want := "it failed first, and passed when it was performed again, alone\n"; code != exitPassed || !strings.Contains(out, want) {
		t.Errorf("with a retry it ends with %d and lacks %q:\n%s", code, want, out)
	}
	if code, out = conform(t, serving(t, habit.Learns), "--case", "5.10"); code != exitFailed {
		t.Errorf("without a retry it ends with %d:\n%s", code, out)
	}
	if code, out = conform(t, "builtin://protocol", "--retry", "11"); code != exitUsage || !strings.Contains(out, "--retry 11 is not between 0 and 10") {
		t.Errorf("too many retries end with %d:\n%s", code, out)
	}
}

// A failure is inconclusive if the server was late for a plain echo at the same time and passes the case alone; only then.
func TestStarvedServer(t *testing.T) {
	const name = "5.10 a continuation with nothing to continue, FIN true, frame by frame"
	var problems diag.List
	o := plan.Options{Files: conformance.Files(), Target: serving(t, habit.Plain)}
	prepared := plan.Prepare([]plan.Selection{{File: "suites/05-fragmentation.yaml"}}, o, &problems)
	if !problems.Empty() {
		t.Fatal(problems.Err())
	}
	started := time.Now()
	failed := func(at time.Duration, name string) trace.Scenario {
		said := trace.Problem{Verdict: trace.Failed, Diagnostic: diag.Diagnostic{Message: "no message came"}}
		return trace.Scenario{Name: name, Verdict: trace.Failed, Start: at, Duration: time.Second, Problems: []trace.Problem{said}}
	}
	for what, tt := range map[string]struct {
		at   time.Duration
		name string
		want trace.Verdict
	}{
		"meanwhile":                     {time.Second, name, trace.Inconclusive},
		"afterwards":                    {10 * time.Second, name, trace.Failed},
		"meanwhile, but it fails alone": {time.Second, "no case", trace.Failed},
	} {
		t.Run(what, func(t *testing.T) {
			late := &pulse{late: []lateProbe{{started.Add(1500 * time.Millisecond), started.Add(4 * time.Second), 2400 * time.Millisecond}}}
			a := again{plan: prepared, options: runner.Options{}, pulse: late}
			run := &trace.Run{Started: started, Suites: []trace.Suite{{Scenarios: []trace.Scenario{failed(tt.at, tt.name)}}}}
			got := a.settle(t.Context(), run).Suites[0].Scenarios[0]
			if got.Verdict != tt.want {
				t.Errorf("it is %s, want %s: %+v", got.Verdict, tt.want, got.Problems)
			}
			if told := got.Problems[0].Diagnostic.Details; (len(told) > 0) != (tt.want == trace.Inconclusive) {
				t.Errorf("its details are %v", told)
			}
			if before := run.Suites[0].Scenarios[0]; before.Verdict != trace.Failed || len(before.Problems[0].Diagnostic.Details) > 0 {
				t.Error("the run itself was changed")
			}
		})
	}
}

func TestLate(t *testing.T) {
	at := func(ms int, sent bool, d trace.Detail) trace.Event {
		return trace.Event{At: time.Duration(ms) * time.Millisecond, Sent: sent, Detail: d}
	}
	for name, tt := range map[string]struct {
		events []trace.Event
		want   time.Duration
		late   bool
	}{
		"in time":        {[]trace.Event{at(110, false, &trace.Open{}), at(111, true, &trace.Message{}), at(130, false, &trace.Message{})}, 19 * time.Millisecond, false},
		"a late open":    {[]trace.Event{at(1200, false, &trace.Open{}), at(1201, true, &trace.Message{}), at(1203, false, &trace.Message{})}, 1100 * time.Millisecond, true},
		"a late echo":    {[]trace.Event{at(110, false, &trace.Open{}), at(111, true, &trace.Message{}), at(2111, false, &trace.Message{})}, 2 * time.Second, true},
		"no echo":        {[]trace.Event{at(110, false, &trace.Open{}), at(200, true, &trace.Message{})}, 2900 * time.Millisecond, true},
		"nothing at all": {nil, 3 * time.Second, true},
	} {
		s := &trace.Scenario{Start: 100 * time.Millisecond, Duration: 3 * time.Second, Connections: []trace.Connection{{Events: tt.events}}}
		if took, late := conformance.Late(s); took != tt.want || late != tt.late {
			t.Errorf("%s: Late() = %s, %t, want %s, %t", name, took, late, tt.want, tt.late)
		}
	}
}

// A server that is no echo of text is judged by what it can show.
func TestConformanceOfOthers(t *testing.T) {
	ask := file(t, "steps.yaml", "- send: {text: who is there?}\n- expect: {message: who is there?}\n")
	wrong := file(t, "steps.yaml", "- send: a\n- expect: {message: b}\n")
	cases := []string{"--case", "1.1.1", "--case", "1.2.1", "--case", "2.2", "--case", "3.1", "--case", "6.8.1", "--case", "H6.1"}
	for name, tt := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"binary alone": {append([]string{serving(t, habit.Binary), "--alive", "binary"}, cases...), exitPassed,
			[]string{"unimplemented 1.1.1 a text message of 0 octets: it needs an echo of text", "unimplemented 6.8.1 ", "all                                4             2      .\n"}},
		"pings": {append([]string{serving(t, habit.Plain), "--alive", "ping"}, cases...), exitPassed,
			[]string{"unimplemented 2 cases: it needs an echo, and --alive says that the server is none: 1.1.1 1.2.1\n", "all                                4             2      .\n"}},
		"steps": {append([]string{serving(t, habit.Plain), "--alive", ask}, cases...), exitPassed, []string{"all                                4             2      .\n"}},
		"a greeting": {append([]string{serving(t, habit.Greet), "--greeting", file(t, "steps.yaml", "- message: welcome\n")}, cases...), exitPassed,
			[]string{"all                                6      .\n"}},
		"a subprotocol": {append([]string{"builtin://protocol", "--protocol", "chat"}, cases...), exitPassed,
			[]string{"unimplemented H6.1 no subprotocol is chosen where none was asked for: it needs a request without a subprotocol"}},
		"steps that it does not do": {[]string{serving(t, habit.Plain), "--alive", wrong}, exitError,
			[]string{"it does not do what --alive says: this is not the message that came (line 2 of the steps); came: a\n"}},
		"steps that are none":     {[]string{"builtin://protocol", "--alive", file(t, "steps.yaml", "send: a")}, exitUsage, []string{"it is not a list in YAML"}},
		"steps that are wrong":    {[]string{"builtin://protocol", "--alive", file(t, "steps.yaml", "- sent: a\n")}, exitUsage, []string{`data/alive.yaml:7:9: unknown verb "sent"`}},
		"a way that is none":      {[]string{"builtin://protocol", "--alive", "gong"}, exitUsage, []string{"--alive is echo, ping, binary, or a file with steps: "}},
		"a header without a name": {[]string{"builtin://protocol", "--header", "x"}, exitUsage, []string{`--header "x" is not of the form NAME: VALUE`}},
		"a query without a value": {[]string{"builtin://protocol", "--query", "x"}, exitUsage, []string{`--query "x" is not of the form NAME=VALUE`}},
		"a way to say who":        {[]string{"builtin://protocol", "--auth", "s3cret"}, exitUsage, []string{"duologue: --auth is basic:USER:PASSWORD, bearer:TOKEN or twilio:TOKEN\n"}},
		"a client":                {[]string{"builtin://protocol", "--role", "client", "--alive", "ping"}, exitUsage, []string{"--alive is for a server, and here a client is judged"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out := conform(t, tt.args...)
			for _, want := range tt.says {
				if code != tt.code || !strings.Contains(out, want) {
					t.Errorf("it ends with %d, want %d, and lacks %q:\n%s", code, tt.code, want, out)
				}
			}
		})
	}
}

// Every handshake has what the flags say, and what a case says itself comes first.
func TestDialling(t *testing.T) {
	app := &cli.App{Flags: targetFlags(), Action: func(c *cli.Context) error {
		say, err := diallingOf(c)
		if err != nil {
			return err
		}
		d := wire.Dialer{URL: "ws://a/b?c=d", Header: []wire.Field{{Name: "x-tenant", Value: "own"}}}
		say(&d)
		want := []wire.Field{{Name: "x-tenant", Value: "own"}, {Name: "X-More", Value: "1: 2"}, {Name: "Authorization", Value: "Basic dTpwOnE="}}
		if diff := cmp.Diff(want, d.Header); diff != "" || d.URL != "ws://a/b?c=d&e=f+g" || d.Origin != "https://o" || !slices.Equal(d.Protocols, []string{"p", "q"}) {
			t.Errorf("the dialer is %+v (-want +got):\n%s", d, diff)
		}
		d = wire.Dialer{URL: "ws://a", Origin: "https://own", Protocols: []string{"own"}}
		if say(&d); d.Origin != "https://own" || d.Protocols[0] != "own" {
			t.Errorf("what the case says is gone: %+v", d)
		}
		return nil
	}}
	if err := app.Run([]string{"x", "--header", "X-Tenant: acme", "--header", "X-More: 1: 2", "--auth", "basic:u:p:q", "--query", "e=f g", "--origin", "https://o", "--protocol", "p", "--protocol", "q"}); err != nil {
		t.Error(err)
	}
	for who, want := range map[string]wire.Field{
		"bearer:t":  {Name: "Authorization", Value: "Bearer t"},
		"twilio:12": {Name: "X-Twilio-Signature", Value: "7uP+ctEPeD5iZzbdtjl+19JIOKE="},
	} {
		say, err := credentialsOf(who)
		if err != nil {
			t.Fatal(err)
		}
		if got := say("wss://a/b"); got != want {
			t.Errorf("credentialsOf(%q) = %v, want %v", who, got, want)
		}
	}
}
