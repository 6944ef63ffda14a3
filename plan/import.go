package plan

import (
	"path/filepath"
	"slices"

	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// fileOf is the file that an import of a suite names.
func fileOf(s *spec.Suite, im *spec.Import) string {
	return filepath.Join(filepath.Dir(s.File), im.File)
}

// imported reads the suites whose scenarios others perform, each once.
func (from source) imported(by []parsed) []parsed {
	var out []parsed
	seen := map[string]bool{}
	for _, p := range by {
		if p.suite == nil {
			continue
		}
		for i := range p.suite.Import {
			im := &p.suite.Import[i]
			if file := fileOf(p.suite, im); im.Scenarios && im.File != "" && !seen[file] {
				seen[file] = true
				out = append(out, from.parse(file))
			}
		}
	}
	return out
}

// readImported is the same for files below the root. One that cannot be read is complained of
// where it is imported.
func (p *preparation) readImported(by []parsed) []parsed {
	var readable []parsed
	for _, of := range by {
		if of.suite == nil {
			continue
		}
		s := *of.suite
		s.Import = slices.DeleteFunc(slices.Clone(s.Import), func(im spec.Import) bool {
			_, err := p.files.Read(s.File, im.File)
			return err != nil
		})
		readable = append(readable, parsed{suite: &s})
	}
	return source(p.files.Source).imported(readable)
}

// importScenarios binds the scenarios of other suites that are performed here, and reports
// whether such an import stands at the line.
func (b *binder) importScenarios() bool {
	found, names := false, map[string]bool{}
	for _, sc := range b.suite.spec.Scenarios {
		names[sc.Name] = true
	}
	for i := range b.suite.spec.Import {
		im := &b.suite.spec.Import[i]
		if !im.Scenarios || im.File == "" || b.line != 0 && b.line != im.Pos.Line {
			continue
		}
		found = true
		s := importable(b, im)
		if s == nil {
			continue
		}
		if !isShared(b, s, im) {
			continue
		}
		s = s.In(b.suite.spec, im)
		for _, sc := range s.Scenarios {
			if names[sc.Name] {
				b.out.Hintf(im.Pos, "write `name` beside `scenarios`; it stands before their names", "scenario %q would be there twice", sc.Name)
				break
			}
			names[sc.Name] = true
		}
		bindInside(b, s)
	}
	return found
}

// importable gives a suite whose scenarios can be performed here, or nil if there is a
// complaint.
func importable(b *binder, im *spec.Import) *spec.Suite {
	file := fileOf(b.suite.spec, im)
	if _, err := b.files.Read(b.suite.spec.File, im.File); err != nil {
		b.out.Addf(im.Pos, "import %q: %v", im.File, err)
		return nil
	}
	i := slices.IndexFunc(b.imported, func(p parsed) bool { return p.name == file })
	if i < 0 {
		return nil // it was not there a moment ago
	}
	s := b.keep(b.imported[i])
	if s == nil {
		return nil
	}
	for _, has := range []struct {
		it   bool
		what string
		hint string
	}{
		{s.Setup != nil || s.Teardown != nil, "a setup or a teardown", "move these into the suite that imports it"},
		{s.Services != nil, "services", "move these into the suite that imports it"},
		{slices.ContainsFunc(s.Import, func(im spec.Import) bool { return im.Scenarios }), "scenarios of other suites", "import those here, too"},
		{s.Serial && !b.suite.spec.Serial, "serial: true", "write serial: true here, too"},
		{len(s.Scenarios) == 0 && !s.Doubt.Wrong, "no scenarios", "its sequences are imported by `import: " + im.File + "`"},
	} {
		if has.it {
			b.out.Hintf(im.Pos, has.hint, "the scenarios of %q cannot be performed here: it has %s", im.File, has.what)
			return nil
		}
	}
	return s
}

// isShared complains of a target for imported scenarios that names a service of which each scenario
// of this suite has its own, and reports whether it names none. Scenarios that are imported have only
// what all share.
func isShared(b *binder, s *spec.Suite, im *spec.Import) bool {
	if b.options.Target != "" {
		return true
	}
	before := b.out.Len()
	target := &im.Target
	if !target.IsSet() && !s.Target.IsSet() {
		target = &b.suite.spec.Target
	}
	for _, r := range target.Uses().Refs {
		own := func(e yamldoc.Entry[spec.Service]) bool { return e.Name == r.Path[1] && e.Value.PerScenario }
		if r.Path[0] == "services" && len(r.Path) > 1 && slices.ContainsFunc(b.suite.spec.Services, own) {
			b.out.Hintf(im.Pos, "write `per: suite` in it, or another `target` here", "the target names the service %q, which only scenarios of this suite have", r.Path[1])
		}
	}
	return b.out.Len() == before
}

// bindInside binds the scenarios of another suite as cases of this one.
func bindInside(b *binder, s *spec.Suite) {
	suite := &Suite{Name: b.suite.Name, spec: s, by: b.suite.spec.File, sequences: map[string]*spec.StepSequence{}}
	in := &binder{preparation: b.preparation, suite: suite, names: newKnown("sequence"), used: b.used, heard: b.heard, paired: b.paired, constants: b.constants, spent: b.spent, budget: b.budget, foreseen: b.foreseen}
	in.importSequences(s, map[string]bool{s.File: true})
	if compileProtos(in); len(in.protos) == 0 {
		suite.messages = b.suite.messages
	}
	for name, seq := range b.suite.sequences {
		if in.names.add(name); suite.sequences[name] == nil {
			suite.sequences[name] = seq
		}
	}
	in.lookUp()
	in.scenarios()
	b.suite.Cases = append(b.suite.Cases, suite.Cases...)
	b.spent, b.budget, b.foreseen = in.spent, in.budget, in.foreseen
}
