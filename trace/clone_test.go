package trace

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Changes of a clone's scenarios are seen neither in the original run nor in
// another clone, even if the lists of the run have room to grow.
func TestChangesOfACloneStayInIt(t *testing.T) {
	published, before := roomy(t), roomy(t)
	first, second := published.Clone(), published.Clone()
	alike := func(what string, want, got *Run) {
		t.Helper()
		if !reflect.DeepEqual(want, got) { // which is faster than a diff
			t.Errorf("%s (-want +got):\n%s", what, cmp.Diff(want, got, whole))
		}
	}
	alike("a clone differs from its run", before, first)
	change := func(r *Run, by string) {
		r.Tool = by
		r.Suites[0].Name = by
		r.Suites[0].Scenarios = append(r.Suites[0].Scenarios, Scenario{Name: by})
		s := &r.Suites[0].Scenarios[0]
		s.Name, s.Verdict = by, Errored
		s.Tags = append(s.Tags, by)
		s.Earlier = append(s.Earlier, Attempt{Verdict: Verdict(by)})
		s.Artifacts = append(s.Artifacts, by)
		s.Steps = append(s.Steps, Step{Name: by})
		s.Problems = append(s.Problems, Problem{Verdict: Verdict(by)})
		s.Connections = append(s.Connections, Connection{Name: by})
		s.Dials = append(s.Dials, Event{Connection: by})
		s.Notes = append(s.Notes, Note{Text: by})
		s.Programs = append(s.Programs, Program{Name: by})
		s.Requests = append(s.Requests, Event{Connection: by})
	}
	change(first, "first")
	change(second, "second")
	want := roomy(t)
	change(want, "first")
	alike("one clone changed another", want, first)
	alike("clones changed the run", before, published)
}

// roomy gives a filled run whose scenarios have lists that can grow in place.
func roomy(t *testing.T) *Run {
	run := filled(t)
	for s := range run.All() {
		s.Tags = append(make([]string, 0, 8), s.Tags...)
		s.Earlier = append(make([]Attempt, 0, 8), s.Earlier...)
		s.Artifacts = append(make([]string, 0, 8), s.Artifacts...)
		s.Steps = append(make([]Step, 0, 8), s.Steps...)
		s.Problems = append(make([]Problem, 0, 8), s.Problems...)
		s.Connections = append(make([]Connection, 0, 8), s.Connections...)
		s.Dials = append(make([]Event, 0, 8), s.Dials...)
		s.Notes = append(make([]Note, 0, 8), s.Notes...)
		s.Programs = append(make([]Program, 0, 8), s.Programs...)
		s.Requests = append(make([]Event, 0, 8), s.Requests...)
	}
	return run
}
