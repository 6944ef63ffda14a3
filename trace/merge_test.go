package trace

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

// performed makes a run of ten seconds that began some minutes after noon. Its scenarios are written
// suite/name=verdict; a name that begins with "!" is a part of its suite.
func performed(minutes int, scenarios ...string) Named {
	r := &Run{Tool: "duologue 1", Started: noon.Add(time.Duration(minutes) * time.Minute), Duration: 10 * time.Second, Seed: 7, Waiting: "thread",
		Sources: diag.Sources{}, Lateness: Lateness{Read: Quantiles{Count: 10, P99: time.Duration(minutes+1) * ms}}}
	for _, s := range scenarios {
		suite, name, _ := strings.Cut(s, "/")
		name, verdict, _ := strings.Cut(name, "=")
		if len(r.Suites) == 0 || r.Suites[len(r.Suites)-1].Name != suite {
			r.Suites = append(r.Suites, Suite{Name: suite, File: suite + ".yaml"})
			r.Sources[suite+".yaml"] = "suite: " + suite
		}
		if name == "" {
			continue
		}
		sc := Scenario{Name: name, Verdict: Verdict(verdict), Start: time.Second, Duration: 2 * time.Second, Attempts: 1, Pos: diag.Pos{File: suite + ".yaml", Line: len(name)}}
		if part, ok := strings.CutPrefix(name, "!"); ok {
			sc.Name, sc.Part = part, Part(part)
		}
		if sc.Verdict != Passed {
			sc.Problems = []Problem{{Verdict: sc.Verdict, Diagnostic: diag.Diagnostic{Message: fmt.Sprintf("%s at %d", name, minutes)}}}
		}
		to := &r.Suites[len(r.Suites)-1]
		to.Scenarios = append(to.Scenarios, sc)
	}
	return Named{File: fmt.Sprintf("%d.json", minutes), Run: r}
}

// summed writes the scenarios of a run as performed reads them, each with the verdicts of its earlier attempts and
// the minutes after noon that its times count from.
func summed(r *Run) string {
	var out []string
	for _, s := range r.Suites {
		for _, sc := range s.Scenarios {
			text := s.Name + "/" + strings.Repeat("!", min(1, len(sc.Part))) + sc.Name + "=" + string(sc.Verdict)
			for _, a := range sc.Earlier {
				text += fmt.Sprintf("<%s@%v", a.Verdict, a.Start)
			}
			if n := sc.Attempts; n != len(sc.Earlier)+1 {
				text += fmt.Sprintf(" %d attempts", n)
			}
			out = append(out, text+fmt.Sprintf("@%v", r.Clock(&sc).Sub(noon).Minutes()))
		}
	}
	return strings.Join(out, " ")
}

func TestMerge(t *testing.T) {
	for _, tt := range []struct {
		name     string
		runs     []Named
		attempts bool
		want     string // scenarios, or a part of the error
	}{
		{"one", []Named{performed(3, "a/x=passed", "b/y=failed")}, false, "a/x=passed@3 b/y=failed@3"},
		{"shares of one suite", []Named{performed(0, "a/x=passed"), performed(0, "a/y=failed")}, false, "a/x=passed@0 a/y=failed@0"},
		{"the first to begin comes first", []Named{performed(1, "a/x=passed", "b/z=passed"), performed(0, "a/y=failed", "c/u=skipped")}, false,
			"a/y=failed@0 a/x=passed@1 c/u=skipped@0 b/z=passed@1"},
		{"suites without scenarios hold places", []Named{performed(0, "a/", "b/z=passed"), performed(1, "a/x=passed", "b/")}, false, "a/x=passed@1 b/z=passed@0"},
		{"one name in two suites", []Named{performed(0, "a/x=passed"), performed(1, "b/x=failed")}, false, "a/x=passed@0 b/x=failed@1"},
		{"one name at two places", []Named{performed(0, "a/x=passed", "a/x=failed"), performed(1, "a/xx=failed")}, false, "a/x=passed@0 a/x=failed@0 a/xx=failed@1"},
		{"twice", []Named{performed(0, "a/x=failed"), performed(1, "a/x=passed")}, false, `a scenario was performed twice: "x" of "a", in 0.json and in 1.json`},
		{"twice, whoever came first", []Named{performed(1, "a/x=failed"), performed(0, "a/x=passed")}, false, `"x" of "a", in 0.json and in 1.json`},

		{"failed, then passed", []Named{performed(0, "a/x=failed"), performed(1, "a/x=passed")}, true, "a/x=flaky<failed@-59s@1"},
		{"named the other way round", []Named{performed(1, "a/x=passed"), performed(0, "a/x=failed")}, true, "a/x=flaky<failed@-59s@1"},
		{"passed, then failed", []Named{performed(0, "a/x=passed"), performed(1, "a/x=failed")}, true, "a/x=failed<passed@-59s@1"},
		{"passed twice", []Named{performed(0, "a/x=passed"), performed(1, "a/x=passed")}, true, "a/x=passed@1"},
		{"failed twice", []Named{performed(0, "a/x=failed"), performed(1, "a/x=failed")}, true, "a/x=failed<failed@-59s@1"},
		{"three times", []Named{performed(0, "a/x=failed"), performed(1, "a/x=inconclusive"), performed(2, "a/x=passed")}, true, "a/x=flaky<failed@-1m59s<inconclusive@-59s@2"},
		{"failed, passed, failed", []Named{performed(0, "a/x=failed"), performed(1, "a/x=passed"), performed(2, "a/x=failed")}, true, "a/x=failed<failed@-1m59s<passed@-59s@2"},
		{"flaky stays flaky", []Named{performed(0, "a/x=failed"), performed(1, "a/x=passed"), performed(2, "a/x=passed")}, true, "a/x=flaky<failed@-1m59s<passed@-59s@2"},
		{"inconclusive, then passed", []Named{performed(0, "a/x=inconclusive"), performed(1, "a/x=passed")}, true, "a/x=flaky<inconclusive@-59s@1"},
		{"failed, then an error", []Named{performed(0, "a/x=failed"), performed(1, "a/x=error")}, true, "a/x=error<failed@-59s@1"},
		{"failed, then skipped", []Named{performed(0, "a/x=failed"), performed(1, "a/x=skipped")}, true, "a/x=failed@0"},
		{"skipped, then passed", []Named{performed(0, "a/x=skipped"), performed(1, "a/x=passed")}, true, "a/x=passed@1"},
		{"only what failed is tried again", []Named{performed(0, "a/x=failed", "a/yy=passed", "b/z=failed"), performed(1, "a/x=passed")}, true, "a/x=flaky<failed@-59s@1 a/yy=passed@0 b/z=failed@0"},
		{"at the same time", []Named{performed(0, "a/x=failed"), performed(0, "a/x=passed")}, true, `"x" of "a" was performed in 0.json and in 0.json at the same time`},

		{"a setup on each machine", []Named{performed(0, "a/!setup=failed", "a/x=error"), performed(0, "a/!setup=failed", "a/yy=error")}, false, "a/!setup=failed@0 a/!setup=failed@0 a/x=error@0 a/yy=error@0"},
		{"a setup on each machine, of attempts", []Named{performed(0, "a/!setup=failed", "a/x=error"), performed(0, "a/!setup=failed", "a/yy=error")}, true, "a/!setup=failed@0 a/!setup=failed@0 a/x=error@0 a/yy=error@0"},
		{"a setup passes later", []Named{performed(0, "a/!setup=failed", "a/x=error"), performed(1, "a/x=passed")}, true, "a/!setup=flaky<failed@-59s@1 a/x=flaky<error@-59s@1"},
		{"a setup fails again", []Named{performed(0, "a/!setup=failed", "a/x=error"), performed(1, "a/!setup=failed", "a/x=error")}, true, "a/!setup=failed<failed@-59s@1 a/x=error<error@-59s@1"},
		{"a setup fails later", []Named{performed(0, "a/x=passed"), performed(1, "a/!setup=failed", "a/x=error")}, true, "a/!setup=failed@1 a/x=error<passed@-59s@1"},
		{"the setup of another machine says nothing", []Named{performed(0, "a/!setup=failed", "a/x=error"), performed(1, "a/yy=passed")}, true, "a/!setup=failed@0 a/x=error@0 a/yy=passed@1"},
		{"the setup of another suite says nothing", []Named{performed(0, "a/!setup=failed", "a/x=error", "b/z=failed"), performed(1, "b/z=passed")}, true, "a/!setup=failed@0 a/x=error@0 b/z=flaky<failed@-59s@1"},
		{"a teardown comes last", []Named{performed(0, "a/x=passed", "a/!teardown=failed"), performed(1, "a/!setup=failed", "a/yy=error"), performed(2, "a/!services=failed", "a/zzz=error")}, false,
			"a/!services=failed@2 a/!setup=failed@1 a/x=passed@0 a/yy=error@1 a/zzz=error@2 a/!teardown=failed@0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := fmt.Sprint(tt.runs[0].Suites, tt.runs[len(tt.runs)-1].Suites)
			got, err := Merge(tt.runs, tt.attempts)
			switch {
			case err != nil && (!strings.Contains(err.Error(), tt.want) || errors.Is(err, ErrTwice) == tt.attempts):
				t.Errorf("Merge = %v, want %q", err, tt.want)
			case err == nil && summed(got) != tt.want:
				t.Errorf("Merge gives\n%s, want\n%s", summed(got), tt.want)
			}
			if now := fmt.Sprint(tt.runs[0].Suites, tt.runs[len(tt.runs)-1].Suites); now != before {
				t.Errorf("a run was changed from\n%s to\n%s", before, now)
			}
		})
	}
}

// What is known of runs as a whole is known of both together.
func TestMergeFacts(t *testing.T) {
	a, b, c := performed(2, "a/x=passed"), performed(5, "b/y=passed"), performed(2, "c/z=passed")
	warning := diag.Diagnostic{Message: "cut short"}
	a.Warnings, b.Warnings = []diag.Diagnostic{warning}, []diag.Diagnostic{{Message: "another"}, warning}
	a.Notices, b.Notices = []string{"insecure"}, []string{"insecure", "slow"}
	b.Waiting = "timer"
	b.Suites[0].Programs = []Program{{Name: "shop", Started: time.Second, Ready: 2 * time.Second, Output: []Output{{At: 3 * time.Second}}}}
	got, err := Merge([]Named{b, c, a}, false)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Started.Equal(a.Started) || got.Duration != 3*time.Minute+10*time.Second || got.Seed != 7 || got.Tool != "duologue 1" || got.Waiting != "thread, timer" {
		t.Errorf("started %v for %v, seed %d, %s waiting by %s", got.Started, got.Duration, got.Seed, got.Tool, got.Waiting)
	}
	if got.Lateness.Read.Count != 30 || got.Lateness.Read.P99 != 6*ms {
		t.Errorf("the lateness is %+v", got.Lateness.Read)
	}
	if diff := cmp.Diff([]string{"insecure", "slow"}, got.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if len(got.Warnings) != 2 || len(got.Sources) != 3 {
		t.Errorf("%d warnings, %d sources", len(got.Warnings), len(got.Sources))
	}
	p := got.Suites[2].Programs[0]
	if p.Started != 3*time.Minute+time.Second || p.Ready != p.Started+time.Second || p.Ended != 0 || p.Output[0].At != p.Started+2*time.Second {
		t.Errorf("the program is %+v", p)
	}
	if b.Suites[0].Programs[0].Output[0].At != 3*time.Second {
		t.Error("a run was changed")
	}
	var text bytes.Buffer
	if err := Write(&text, got); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&text)
	if err != nil || summed(again) != summed(got) {
		t.Errorf("read again it is %s, %v", summed(again), err)
	}

	b.Seed = 8
	if got, err = Merge([]Named{a, b}, false); err != nil || got.Seed != 0 || len(got.Notices) != 2 {
		t.Errorf("nothing is to be repeated, and seed %d, %q, %v", got.Seed, got.Notices, err)
	}
	a.Suites[0].Scenarios[0].Verdict = Failed
	if got, err = Merge([]Named{a, b}, false); err != nil || got.Seed != 0 || got.Notices[2] != "the seeds are 7 of 2.json, 8 of 5.json" {
		t.Errorf("seed %d, %q, %v", got.Seed, got.Notices, err)
	}
	b.Sources["a.yaml"] = "suite: another"
	if _, err := Merge([]Named{b, a}, false); err == nil || !strings.Contains(err.Error(), "5.json has another text of a.yaml") {
		t.Errorf("two texts of a suite: %v", err)
	}
}

// shard makes a share of a run; its scenarios have numbers.
func shard(minutes, index, of, total, elsewhere int, scenarios ...string) Named {
	n := performed(minutes, scenarios...)
	n.File = fmt.Sprintf("%d of %d.json", index, of)
	n.Shard = &Shard{Index: index, Of: of, Total: total, Elsewhere: elsewhere}
	for sc := range n.All() {
		if sc.Part == "" {
			sc.Number, _ = strconv.Atoi(strings.TrimLeft(sc.Name, "x"))
		}
	}
	return n
}

func TestMergeShards(t *testing.T) {
	whole := performed(9, "a/x1=failed")
	for _, tt := range []struct {
		name     string
		runs     []Named
		attempts bool
		want     string
		missing  []int
	}{
		{"all", []Named{shard(0, 2, 2, 4, 2, "a/x2=passed", "b/x4=passed"), shard(0, 1, 2, 4, 2, "a/x1=passed", "b/x3=failed")}, false,
			"a/x1=passed@0 a/x2=passed@0 b/x3=failed@0 b/x4=passed@0", nil},
		{"with parts", []Named{shard(0, 2, 2, 4, 2, "a/!setup=failed", "a/x2=error"), shard(0, 1, 2, 4, 2, "a/x1=passed", "a/x3=passed", "a/!teardown=failed")}, false,
			"a/!setup=failed@0 a/x1=passed@0 a/x2=error@0 a/x3=passed@0 a/!teardown=failed@0", nil},
		{"an empty one", []Named{shard(0, 1, 2, 1, 0, "a/x1=passed"), shard(0, 2, 2, 1, 1, "a/")}, false, "a/x1=passed@0", nil},
		{"one is missing", []Named{shard(0, 1, 3, 3, 2, "a/x1=passed"), shard(0, 3, 3, 3, 2, "a/x3=passed")}, false, "a/x1=passed@0 a/x3=passed@0 shards/!shard 2 of 3=error 0 attempts@0", []int{2}},
		{"two are missing", []Named{shard(0, 3, 4, 4, 3, "a/x3=passed"), shard(0, 2, 4, 4, 3, "a/x2=passed")}, false, "a/x2=passed@0 a/x3=passed@0 shards/!shard 1 of 4=error 0 attempts@0 shards/!shard 4 of 4=error 0 attempts@0", []int{1, 4}},
		{"two numbers of shards", []Named{shard(0, 1, 2, 3, 1, "a/x1=passed"), shard(0, 2, 3, 3, 2, "a/x2=passed")}, false, "1 of 2.json is one of 2 shards and 2 of 3.json one of 3", nil},
		{"two selections", []Named{shard(0, 1, 2, 3, 1, "a/x1=passed"), shard(0, 2, 2, 4, 2, "a/x2=passed")}, false, "1 of 2.json is a shard of 3 scenarios and 2 of 2.json one of 4", nil},
		{"one shard twice", []Named{shard(0, 1, 2, 2, 1, "a/x1=failed"), shard(1, 1, 2, 2, 1, "a/x1=passed")}, false, "a scenario was performed twice", nil},
		{"one shard tried again", []Named{shard(0, 1, 2, 2, 1, "a/x1=failed"), shard(0, 2, 2, 2, 1, "a/x2=passed"), shard(1, 1, 2, 2, 1, "a/x1=passed")}, true, "a/x1=flaky<failed@-59s@1 a/x2=passed@0", nil},
		{"a shard tried again is not the other", []Named{shard(0, 1, 2, 2, 1, "a/x1=failed"), shard(1, 1, 2, 2, 1, "a/x1=passed")}, true, "a/x1=flaky<failed@-59s@1 shards/!shard 2 of 2=error 0 attempts@0", []int{2}},
		{"what failed was tried again on one machine", []Named{shard(0, 1, 2, 2, 1, "a/x1=passed"), shard(0, 2, 2, 2, 1, "a/x2=failed"), performed(1, "a/x2=passed")}, true, "a/x1=passed@0 a/x2=flaky<failed@-59s@1", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Merge(tt.runs, tt.attempts)
			switch {
			case err != nil:
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Merge = %v, want %q", err, tt.want)
				}
			case summed(got) != tt.want || !slices.Equal(got.Shard.Absent(), tt.missing):
				t.Errorf("Merge gives\n%s without %v, want\n%s without %v", summed(got), got.Shard.Absent(), tt.want, tt.missing)
			}
		})
	}
	// What was merged and is not whole can be merged with the rest.
	some, err := Merge([]Named{shard(0, 1, 3, 3, 2, "a/x1=passed"), shard(0, 3, 3, 3, 2, "a/x3=passed")}, false)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Merge([]Named{{"some.json", some}, shard(1, 2, 3, 3, 2, "a/x2=failed")}, false)
	if err != nil || all.Shard != nil || summed(all) != "a/x1=passed@0 a/x2=failed@1 a/x3=passed@0" {
		t.Errorf("then it is %s without %v, %v", summed(all), all.Shard.Absent(), err)
	}
	if absent := whole.Shard.Absent(); absent != nil {
		t.Errorf("a whole run lacks %v", absent)
	}
	if absent := shard(0, 2, 3, 3, 2).Shard.Absent(); !slices.Equal(absent, []int{1, 3}) {
		t.Errorf("shard 2 of 3 lacks %v", absent)
	}
}
