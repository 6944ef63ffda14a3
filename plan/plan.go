// Package plan is what will be performed: suites with everything that can be known
// of them before any socket opens. [Prepare] reads the files, computes what depends on
// nothing that happens, and complains of all that is wrong. Nobody changes a [Plan]
// afterwards, so it can be performed as often as one likes.
package plan

import (
	"cmp"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Plan is what will be performed.
type Plan struct {
	Suites   []*Suite
	Seed     uint64
	Warnings []diag.Diagnostic
	Notices  []string     // what every report must say
	Share    *trace.Shard // if this is the share of one of several machines, which one; see [Plan.Shard]

	sources diag.Sources
	inputs  []string
	masker  *mask.Masker // of the secrets of all suites, and of what is computed from them while preparing; nil if there are none
}

// Suite is a file with those of its scenarios that are to be performed.
type Suite struct {
	Name     string    // that of the file, if the suite has none; secrets are masked
	File     string    // its path; secrets are masked
	Serial   bool      // its scenarios are performed one after the other
	Services *Scenario // has the services that all scenarios share; nil if there are none
	Setup    *Scenario
	Teardown *Scenario // as Setup, nil if there is none
	Cases    []*Scenario

	spec      *spec.Suite
	by        string // the file of the suite that performs its scenarios; "" for itself
	sequences map[string]*spec.StepSequence
	messages  messages
}

// Connect gives a connect with what every connect of the suite says.
func (s *Suite) Connect(a *spec.Connect) *spec.Connect {
	if s.spec.Defaults.Doubt.Wrong { // it is complained of
		return a
	}
	out := a.Under(&s.spec.Defaults.Connect)
	out.Network = cmp.Or(a.Network, s.spec.Defaults.Network)
	return out
}

// Accept gives an accept with what every accept of the suite says.
func (s *Suite) Accept(a *spec.Accept) *spec.Accept {
	if s.spec.Defaults.Doubt.Wrong { // it is complained of
		return a
	}
	out := *a
	out.Network = cmp.Or(a.Network, s.spec.Defaults.Network)
	return &out
}

// Sources gives the texts of the suites, for excerpts.
func (p *Plan) Sources() diag.Sources { return p.sources }

// Inputs gives the files of this machine that were read, by paths that can be opened.
func (p *Plan) Inputs() []string { return p.inputs }

// Mask masks the secrets of all suites in a text.
func (p *Plan) Mask(text string) string { return p.masker.String(text) }

// Total is the number of scenarios.
func (p *Plan) Total() int {
	n := 0
	for _, s := range p.Suites {
		n += len(s.Cases)
	}
	return n
}

// Case names one scenario of a plan, or one row of its matrix.
type Case struct {
	Suite  string
	File   string // of the suite
	Name   string
	Tags   []string // its own and its suite's
	Pos    diag.Pos
	Number int    // its place among all that are selected, from 1
	Skip   string // why it will be skipped; "" if it will not
}

// Cases lists what will be performed.
func (p *Plan) Cases() []Case {
	var out []Case
	for _, s := range p.Suites {
		for _, sc := range s.Cases {
			out = append(out, s.caseOf(sc))
		}
	}
	return out
}

// Only gives a plan of just the scenarios that are wanted. A suite of which none is
// wanted stays in its place, so both plans number their suites alike.
func (p *Plan) Only(wanted func(Case) bool) *Plan {
	return p.keeping(func(s *Suite, sc *Scenario) bool { return wanted(s.caseOf(sc)) })
}

func (p *Plan) keeping(wanted func(*Suite, *Scenario) bool) *Plan {
	out := *p
	out.Suites = nil
	for _, s := range p.Suites {
		kept := *s
		kept.Cases = slices.DeleteFunc(slices.Clone(s.Cases), func(sc *Scenario) bool { return !wanted(s, sc) })
		out.Suites = append(out.Suites, &kept)
	}
	return &out
}

func (s *Suite) caseOf(sc *Scenario) Case {
	return Case{Suite: s.Name, File: s.File, Name: sc.Name, Tags: sc.Tags, Pos: sc.Spec.Pos, Number: sc.Number, Skip: sc.Spec.Skip}
}
