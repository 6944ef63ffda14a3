package plan

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/secrets"
	"github.com/duologue/duologue/plan/files"
	"github.com/duologue/duologue/spec"
)

// Prepare reads suites, binds what they name and complains about everything that can
// be known to be wrong. A plan without scenarios is a complaint.
func Prepare(selected []Selection, o Options, out *diag.List) *Plan {
	p := &preparation{options: &o, out: out, sources: diag.Sources{}, variables: map[string]bool{}}
	var err error
	if p.files, err = files.Open(o.Files, o.Root); err != nil {
		out.Add(diag.Diagnostic{Message: Masker(selected, o).String(err.Error())})
		return &Plan{Seed: o.Seed, sources: p.sources}
	}
	all := source(p.files.Source).parseAll(selected)
	p.imported = p.readImported(all)
	p.masker = secrets.New(secretsOf(append(slices.Clone(all), p.imported...), &o))
	for i, parsed := range all {
		if s := p.keep(parsed); s != nil {
			p.add(s, selected[i].Line)
		}
	}
	p.checkVariables()
	p.keepOnly()
	p.checkCommands()
	plan := &Plan{Suites: p.suites, Seed: o.Seed, Warnings: p.warnings, Notices: p.notices, sources: p.sources, inputs: p.files.Names(), masker: p.masker}
	if plan.Total() == 0 && out.Empty() {
		out.Hintf(diag.Pos{}, "look at --tags, --name and the files", "no scenario is selected, so nothing would be checked")
	}
	p.mask(plan)
	n := 0
	for _, s := range plan.Suites {
		for _, sc := range s.Cases {
			n++
			sc.Number = n
		}
	}
	return plan
}

// checkVariables complains about variables of the command line that no suite has.
func (p *preparation) checkVariables() {
	if len(p.suites) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.options.Vars)) {
		if !p.variables[name] {
			p.out.Hintf(p.suites[0].spec.Pos, diag.DidYouMean(name, slices.Sorted(maps.Keys(p.variables))), "--var %s: no suite has such a variable", name)
		}
	}
}

// keep keeps the text of a file and its complaints, and gives its suite, or nil.
func (p *preparation) keep(f parsed) *spec.Suite {
	if f.read {
		p.sources[f.name] = f.text
	}
	p.out.Join(&f.problems)
	return f.suite
}

// add binds a suite, or of its scenarios the one that stands at a line.
func (p *preparation) add(s *spec.Suite, line int) {
	name := s.Name
	if name == "" {
		name = filepath.Base(s.File)
	}
	suite := &Suite{Name: p.masker.String(name), Serial: s.Serial, spec: s, sequences: map[string]*spec.StepSequence{}}
	b := &binder{preparation: p, suite: suite, line: line, names: newKnown("sequence"), used: map[*spec.StepSequence]bool{}, heard: map[diag.Pos]bool{}, paired: map[pairing]bool{}, constants: map[any]bool{}}
	b.budget.Left = maxComputed
	b.importSequences(s, map[string]bool{s.File: true})
	compileProtos(b)
	p.suites = append(p.suites, suite)
	b.lookUp()
	if wide := b.bindWide(); wide != nil {
		suite.Services = b.selected(wide)
	}
	if len(s.Setup) > 0 {
		suite.Setup = b.selected(b.bind((&spec.Scenario{Pos: s.Setup[0].Pos, Name: "setup", Steps: s.Setup}).Under(&s.Defaults), nil, newKnown("matrix"), nil))
		suite.Setup.masker = p.masker // what it computes is there for all scenarios
	}
	if len(s.Teardown) > 0 {
		// As a `finally` it is carried out whatever came before.
		suite.Teardown = b.selected(b.bind((&spec.Scenario{Pos: s.Teardown[0].Pos, Name: "teardown", Finally: s.Teardown}).Under(&s.Defaults), nil, newKnown("matrix"), nil))
	}
	found := line != 0 && b.importScenarios() || b.scenarios()
	if line == 0 {
		b.importScenarios()
		b.unused()
		b.unheard()
		undisturbed(b)
	}
	if last := 1 + strings.Count(strings.TrimSuffix(p.sources[s.File], "\n"), "\n"); line > last {
		p.out.Addf(diag.Pos{File: s.File}, "there is no line %d", line)
	} else if !found {
		p.out.Addf(diag.Pos{File: s.File, Line: line}, "no scenario stands at this line")
	}
}

// scenarios binds those that are wanted, and reports whether one stands at the line.
func (b *binder) scenarios() bool {
	s, found, names := b.suite.spec, b.line == 0, map[string]int{}
	for i := range s.Scenarios {
		if !within(s, i, b.line) {
			continue
		}
		found = true
		for _, c := range b.bindScenario(&s.Scenarios[i]) {
			c.Name = c.masker.String(c.Name)
			if names[c.Name]++; names[c.Name] > 1 {
				c.Name = fmt.Sprintf("%s #%d", c.Name, names[c.Name])
			}
			if b.options.wants(c.Scenario) {
				b.suite.Cases = append(b.suite.Cases, b.selected(c))
			}
		}
	}
	return found
}

// within reports whether line stands in scenario i, or is 0.
func within(s *spec.Suite, i, line int) bool {
	if line == 0 {
		return true
	}
	return line >= s.Scenarios[i].Pos.Line && (i+1 == len(s.Scenarios) || line < s.Scenarios[i+1].Pos.Line)
}

// wants reports whether tags and name select a scenario.
func (o *Options) wants(s *Scenario) bool {
	if o.Name != nil && !o.Name.MatchString(s.Name) {
		return false
	}
	some, tagged := false, false
	for _, t := range o.Tags {
		if t[0] == '!' {
			if slices.Contains(s.Tags, t[1:]) {
				return false
			}
			continue
		}
		some = true
		tagged = tagged || slices.Contains(s.Tags, t)
	}
	return tagged || !some
}

// keepOnly leaves just the scenarios that say `only`, if there are any.
func (p *preparation) keepOnly() {
	isOnly := func(s *Scenario) bool { return s.Spec.Only }
	if !slices.ContainsFunc(p.suites, func(s *Suite) bool { return slices.ContainsFunc(s.Cases, isOnly) }) {
		return
	}
	for _, s := range p.suites {
		for _, c := range s.Cases {
			if p.options.CI && isOnly(c) {
				p.out.Hintf(c.Spec.Pos, "remove `only`; it would leave out every other scenario", "`only` in CI")
			}
		}
		s.Cases = slices.DeleteFunc(s.Cases, func(s *Scenario) bool { return !isOnly(s) })
	}
}

// importSequences makes the sequences of a suite and of what it imports known, and the .proto files
// whose messages these use.
func (b *binder) importSequences(s *spec.Suite, seen map[string]bool) {
	b.names.doubt(s.Doubt)
	if s.Protobuf != nil {
		b.protos = append(b.protos, s.Protobuf)
	}
	for i := range s.Sequences {
		seq := &s.Sequences[i]
		b.names.names[seq.Name] = true
		if b.suite.sequences[seq.Name] == nil {
			b.suite.sequences[seq.Name] = &seq.Value
		}
	}
	for _, im := range s.Import {
		file := fileOf(s, &im)
		if im.File == "" || im.Scenarios || seen[file] {
			continue
		}
		seen[file] = true
		if _, err := b.files.Read(s.File, im.File); err != nil {
			b.out.Addf(im.Pos, "import %q: %v", im.File, err)
			b.names.open = true
			continue
		}
		imported := b.keep(source(b.files.Source).parse(file))
		if imported == nil {
			b.names.open = true
			continue
		}
		b.importSequences(imported, seen)
	}
}
