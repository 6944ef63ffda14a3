package main

import (
	"bytes"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

// published gives a run as the runner publishes it: a case that a client passes even if it is
// not there, one that fails, one that was repeated, and a stream that can be decoded.
func published() *trace.Run {
	at := diag.Pos{File: "a.yaml", Line: 3, Col: 5, Len: 4}
	refused := &trace.Error{Problem: "handshake", Status: 500, Headers: []trace.Header{{Name: "Content-Encoding", Value: "gzip"}}, Body: []byte{0x1f, 0x8b, 0}}
	events := []trace.Event{
		{Connection: "main", Detail: &trace.Open{Status: 101, Protocols: []string{"chat"}}},
		{Seq: 1, At: time.Second, Connection: "main", Detail: &trace.Message{Data: make([]byte, 8<<10)}},
		{Seq: 2, At: time.Second, Connection: "main", Detail: refused},
	}
	blind := trace.Scenario{Name: "H1.1 refuses", Pos: at, Tags: []string{conformance.TagBlind, conformance.TagKeys}, Verdict: trace.Passed, Attempts: 1}
	failed := trace.Scenario{
		Name: "H1.2 answers", Pos: at, Verdict: trace.Failed, Attempts: 2, Earlier: []trace.Attempt{{Verdict: trace.Errored}},
		Steps: []trace.Step{{Pos: at, Verb: "expect", Verdict: trace.Failed, Checks: []trace.Check{
			{Pos: at, Subject: "turn.response", Verdict: trace.Failed, Expected: "at most 1s", Actual: "2s", Figure: &trace.Figure{Value: 2e9, Unit: "ns", Worse: "more"}},
			{Pos: at, Subject: "turn.response", Verdict: trace.Passed, Figure: &trace.Figure{Value: 1e9, Unit: "ns", Worse: "more"}}}}},
		Problems:    []trace.Problem{{Verdict: trace.Failed, Diagnostic: diag.Diagnostic{Pos: at, Message: "too late"}, Recent: events}},
		Connections: []trace.Connection{{Name: "main", Events: events, Streams: []trace.Stream{{Tag: "t", Format: media.Format{Codec: media.ULaw, Rate: 8000}, Octets: []byte{3, 1, 2}}}}},
	}
	repeated := trace.Scenario{Name: "H1.3 again", Verdict: trace.Passed, Series: &trace.Series{
		Runs: 2, Verdicts: map[trace.Verdict]int{trace.Passed: 2}, Outcomes: map[trace.Outcome]int{trace.NonStrict: 1},
		Figures: []trace.Spread{{Name: "b", Unit: "ns", Worse: "more", Count: 2, P50: 3}, {Name: "a", Unit: "ns", Worse: "more", Count: 2, P50: 2}}}}
	return &trace.Run{
		Tool: "duologue 1", Seed: 7, Duration: time.Minute, Sources: diag.Sources{"a.yaml": "a\nb\nc: d e f\n"}, Notices: []string{"n"},
		Suites: []trace.Suite{
			{Name: "blind", File: "a.yaml", Scenarios: []trace.Scenario{blind}},
			{Name: "seeing", File: "a.yaml", Scenarios: []trace.Scenario{failed, repeated}},
		},
	}
}

// deep copies a value and everything that it refers to.
func deep(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			break
		}
		inner := deep(v.Elem())
		if v.Kind() == reflect.Pointer {
			out.Set(reflect.New(inner.Type()))
			out.Elem().Set(inner)
		} else {
			out.Set(inner)
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			out.Index(i).Set(deep(v.Index(i)))
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMap(v.Type()))
		}
		for all := v.MapRange(); all.Next(); {
			out.SetMapIndex(deep(all.Key()), deep(all.Value()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if out.Field(i).CanSet() {
				out.Field(i).Set(deep(v.Field(i)))
			}
		}
	}
	return out
}

// Nobody changes a run after the runner has published it.
func TestAPublishedRunIsNotChanged(t *testing.T) {
	all := cmp.Options{cmp.Exporter(func(reflect.Type) bool { return true }), cmp.Comparer(bytes.Equal)}
	terminal := func() *report.Terminal { return &report.Terminal{Out: io.Discard, Verbose: true} }
	plain := func(s string) string { return s }
	for name, use := range map[string]func(*testing.T, *trace.Run){
		"artifacts": func(t *testing.T, r *trace.Run) {
			noted, err := writeArtifacts(t.Context(), &reports{}, t.TempDir(), r, plain)
			if err != nil || len(noted.Suites[1].Scenarios[0].Artifacts) != 1 {
				t.Errorf("writeArtifacts = %v, %v, want one that names a file", noted.Suites, err)
			}
		},
		"two runs joined": func(t *testing.T, r *trace.Run) {
			if both := joined(r, r); len(both.Suites[1].Scenarios) != 4 || both.Duration != 2*time.Minute {
				t.Errorf("joined = %v, %v, want four scenarios and two minutes", both.Suites, both.Duration)
			}
		},
		"a client that was never there": func(t *testing.T, r *trace.Run) {
			r = &trace.Run{Suites: r.Suites[:1]}
			if got := conformance.Doubt(r).Suites[0].Scenarios[0]; got.Verdict != trace.Errored || got.Reason == "" {
				t.Errorf("Doubt gives %v, want an error", got)
			}
		},
		"a client that was there": func(_ *testing.T, r *trace.Run) { conformance.Doubt(r) },
		"keys that came twice": func(t *testing.T, r *trace.Run) {
			k := keys{seen: map[string]int{"abc": 2}}
			if got := k.judge(r).Suites[0].Scenarios[0]; got.Verdict != trace.Failed || len(got.Problems) != 1 {
				t.Errorf("judge gives %v, want a failure", got)
			}
		},
		"baseline": func(t *testing.T, r *trace.Run) {
			if c := baseline.Compare(r, r, baseline.Guard{}); c.Compared != 3 {
				t.Errorf("Compare = %+v, want three figures compared", c)
			}
			(&earlier{run: r}).hold(r, terminal(), exitPassed, plain)
		},
		"terminal": func(_ *testing.T, r *trace.Run) {
			out := terminal()
			for _, suite := range r.Suites {
				for i := range suite.Scenarios {
					out.Done(suite.Name, &suite.Scenarios[i])
				}
			}
			out.Failures(r)
			out.Summary(r)
		},
		"several runs merged": func(t *testing.T, r *trace.Run) {
			later := *r
			later.Started = r.Started.Add(time.Hour)
			if _, err := trace.Merge([]trace.Named{{File: "a", Run: r}, {File: "b", Run: &later}}, true); err != nil {
				t.Error(err)
			}
		},
		"CTRF": func(t *testing.T, r *trace.Run) {
			if err := report.CTRF(io.Discard, r); err != nil {
				t.Error(err)
			}
		},
		"JUnit": func(t *testing.T, r *trace.Run) {
			if err := report.JUnit(io.Discard, r); err != nil {
				t.Error(err)
			}
		},
		"trace": func(t *testing.T, r *trace.Run) {
			if err := trace.Write(io.Discard, r); err != nil {
				t.Error(err)
			}
		},
		"conformance report": func(t *testing.T, r *trace.Run) {
			of := conformance.Of(r, "ws://a", conformance.TagServer, true)
			if err := of.Write(io.Discard); err != nil || len(of.Cases) != 3 {
				t.Errorf("Of = %+v, %v, want three cases", of, err)
			}
		},
		"exit code": func(_ *testing.T, r *trace.Run) { exitCode(r) },
	} {
		t.Run(name, func(t *testing.T) {
			run := published()
			before := deep(reflect.ValueOf(run)).Interface().(*trace.Run)
			use(t, run)
			if diff := cmp.Diff(before, run, all); diff != "" {
				t.Errorf("it changed the run (-before +after):\n%s", diff)
			}
		})
	}
}
