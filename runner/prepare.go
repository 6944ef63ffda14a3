// Package runner performs suites. [Prepare] binds the files that scenarios name
// and finds every problem before any socket opens; [Plan.Run] performs the
// plan, scenarios side by side, and gives what happened as a [trace.Run]. It
// judges nothing itself: that is package assertions.
package runner

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Observer is told of every scenario that begins and of every one that has
// ended. One that was never performed only ends. Calls come from any goroutine.
type Observer interface {
	Started(suite, name string)
	Done(suite string, s *trace.Scenario)
}

// Dial makes a connection for WebSocket to run over.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// Listen takes connections like those that [Dial] makes.
type Listen func(network, addr string) (net.Listener, error)

// Selection is a suite to perform: all of it, or what stands at a line.
type Selection struct {
	File string
	Line int // 0 for all of it
}

// Options say how a plan is made and performed.
type Options struct {
	Tool        string                                  // name and version, for reports
	Target      string                                  // overrides the suites' targets
	Files       fs.FS                                   // suites, and what they name, are read from it; nil: from this machine's files
	Root        string                                  // files of suites lie below it; "" is the working directory
	Tags        []string                                // perform scenarios with one of these, and with none of those that begin with !
	Name        *regexp.Regexp                          // perform scenarios with such names
	Vars        map[string]string                       // override variables
	Seed        uint64                                  // of every random choice
	Events      bool                                    // every event, and when each chunk came, stays with scenarios that have ended; else what no step can ask for is let go of
	Memory      int                                     // octets that the scenarios may hold of what their peers said, together; 0 stands for 256 MiB
	Audio       bool                                    // what streams carried stays with scenarios that have ended
	AllowListen bool                                    // endpoints may be reached from other machines
	Inbound     func(context.Context) (net.Conn, error) // `connect` takes the next of these as a server instead of dialling
	Strict      bool                                    // a scenario whose outcome is non_strict fails
	Insecure    bool                                    // `insecure: true` is allowed
	CI          bool                                    // `only` is an error
	LookupEnv   func(name string) (string, bool)        // nil: there are no variables
	Jobs        int                                     // scenarios at once; 0 stands for 64
	Repeat      int                                     // how often each scenario is performed, one run after the other; 0 stands for 1
	Resolve     func(builtinURL string) (string, error) // gives the address of a builtin:// URL
	Dial        Dial                                    // nil: TCP
	Listen      Listen                                  // of endpoints; nil: net.Listen
	Clock       session.Clock                           // the zero value: session.Timers
	MaxLateness time.Duration                           // 0 stands for 5 ms
	Observer    Observer
}

// withDefaults gives the options with what was left out.
func (o Options) withDefaults() Options {
	if o.Jobs <= 0 {
		o.Jobs = 64
	}
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	if o.Clock.Wait == nil {
		o.Clock = session.Timers()
	}
	if o.Listen == nil {
		o.Listen = net.Listen
	}
	if o.MaxLateness <= 0 {
		o.MaxLateness = 5 * time.Millisecond
	}
	return o
}

// Plan is what will be performed.
type Plan struct {
	options  Options
	files    *files
	suites   []*suite
	warnings []diag.Diagnostic
	notices  []string // what every report must say
	sources  diag.Sources

	variables map[string]bool // that some scenario has
	masker    *mask.Masker    // knows them, and what is computed of them before anything is performed; nil without
}

// suite is one file with the scenarios that were selected of it.
type suite struct {
	*spec.Suite
	sequences map[string]*spec.StepSequence
	names     *known   // of the sequences
	setup     *binding // nil without a setup
	teardown  *binding
	cases     []*binding
}

// Prepare reads suites, binds what they name and complains about everything
// that can be known to be wrong. A plan without scenarios is a complaint.
func Prepare(selected []Selection, o Options, out *diag.List) *Plan {
	p := &Plan{options: o.withDefaults(), sources: diag.Sources{}, variables: map[string]bool{}}
	var err error
	if p.files, err = openFiles(o.Files, o.Root); err != nil {
		out.Add(diag.Diagnostic{Message: Masker(selected, o).String(err.Error())})
		return p
	}
	defer p.maskComplaints(out)
	all := p.files.parseAll(selected)
	p.masker = newMasker(secretsOf(all, &o))
	for i, parsed := range all {
		if s := p.take(parsed, out); s != nil {
			p.addSuite(s, selected[i].Line, out)
		}
	}
	p.checkVariables(out)
	p.keepOnly(out)
	total := 0
	for _, s := range p.suites {
		total += len(s.cases)
	}
	if total == 0 && out.Empty() {
		out.Hintf(diag.Pos{}, "look at --tags, --name and the files", "no scenario is selected, so nothing would be checked")
	}
	return p
}

// Sources gives the texts of the suites, for excerpts.
func (p *Plan) Sources() diag.Sources { return p.sources }

// Inputs gives the files that were read, by paths that can be opened.
func (p *Plan) Inputs() []string {
	if p.files == nil {
		return nil
	}
	return p.files.names()
}

// Total is the number of scenarios.
func (p *Plan) Total() int {
	n := 0
	for _, s := range p.suites {
		n += len(s.cases)
	}
	return n
}

// checkVariables complains about variables of the command line that no suite has.
func (p *Plan) checkVariables(out *diag.List) {
	if len(p.suites) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(p.options.Vars)) {
		if !p.variables[name] {
			out.Hintf(p.suites[0].Pos, diag.DidYouMean(name, slices.Sorted(maps.Keys(p.variables))), "--var %s: no suite has such a variable", name)
		}
	}
}

// Case is one scenario of a plan, or one row of its matrix.
type Case struct {
	Suite string
	Name  string
	Tags  []string // its own and its suite's
}

// Cases lists what will be performed.
func (p *Plan) Cases() []Case {
	var out []Case
	for _, s := range p.suites {
		for _, b := range s.cases {
			out = append(out, s.caseOf(b))
		}
	}
	return out
}

// Only gives a plan of just those that are wanted.
func (p *Plan) Only(wanted func(Case) bool) *Plan {
	out := *p
	out.suites = nil
	for _, s := range p.suites {
		kept := *s
		kept.cases = slices.DeleteFunc(slices.Clone(s.cases), func(b *binding) bool { return !wanted(s.caseOf(b)) })
		out.suites = append(out.suites, &kept)
	}
	return &out
}

func (s *suite) caseOf(b *binding) Case { return Case{s.Name, b.name, b.tags} }

// take notes the text of a file and its complaints, and gives its suite, or nil.
func (p *Plan) take(f parsed, out *diag.List) *spec.Suite {
	if f.read {
		p.sources[f.name] = f.text
	}
	out.Join(&f.problems)
	return f.suite
}

func (p *Plan) addSuite(s *spec.Suite, line int, out *diag.List) {
	if s.Name == "" {
		s.Name = filepath.Base(s.File)
	}
	s.Name = p.Mask(s.Name)
	su := &suite{Suite: s, sequences: map[string]*spec.StepSequence{}, names: newKnown("sequence")}
	p.importSequences(su, s, map[string]bool{s.File: true}, out)
	p.suites = append(p.suites, su)
	b := binder{plan: p, suite: su, out: out, used: map[*spec.StepSequence]bool{}, budget: expr.Budget{Left: maxComputed}}
	b.lookUp()
	if len(s.Setup) > 0 {
		su.setup = b.bind(&spec.Scenario{Pos: s.Setup[0].Pos, Name: "setup", Steps: s.Setup}, nil, newKnown("matrix"))
		su.setup.masker = p.masker // what it computes is there for all scenarios
	}
	if len(s.Teardown) > 0 {
		// As a `finally` it is carried out whatever came before.
		su.teardown = b.bind(&spec.Scenario{Pos: s.Teardown[0].Pos, Name: "teardown", Finally: s.Teardown}, nil, newKnown("matrix"))
	}
	found := line == 0
	names := map[string]int{}
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		if !within(s, i, line) {
			continue
		}
		found = true
		for _, c := range b.bindScenario(sc) {
			c.name = c.masker.String(c.name)
			if names[c.name]++; names[c.name] > 1 {
				c.name = fmt.Sprintf("%s #%d", c.name, names[c.name])
			}
			if p.wanted(c) {
				su.cases = append(su.cases, c)
			}
		}
	}
	if line == 0 {
		b.unused()
	}
	if line > 1+strings.Count(strings.TrimSuffix(p.sources[s.File], "\n"), "\n") {
		out.Addf(diag.Pos{File: s.File}, "there is no line %d", line)
	} else if !found {
		out.Addf(diag.Pos{File: s.File, Line: line}, "no scenario stands at this line")
	}
}

// within reports whether line stands in scenario i, or is 0.
func within(s *spec.Suite, i, line int) bool {
	if line == 0 {
		return true
	}
	return line >= s.Scenarios[i].Pos.Line && (i+1 == len(s.Scenarios) || line < s.Scenarios[i+1].Pos.Line)
}

// wanted reports whether tags and name select a scenario.
func (p *Plan) wanted(b *binding) bool {
	o := p.options
	if o.Name != nil && !o.Name.MatchString(b.name) {
		return false
	}
	some, tagged := false, false
	for _, t := range o.Tags {
		if t[0] == '!' {
			if slices.Contains(b.tags, t[1:]) {
				return false
			}
			continue
		}
		some = true
		tagged = tagged || slices.Contains(b.tags, t)
	}
	return tagged || !some
}

// keepOnly leaves just the scenarios that say `only`, if there are any.
func (p *Plan) keepOnly(out *diag.List) {
	isOnly := func(b *binding) bool { return b.scenario.Only }
	if !slices.ContainsFunc(p.suites, func(s *suite) bool { return slices.ContainsFunc(s.cases, isOnly) }) {
		return
	}
	for _, s := range p.suites {
		if p.options.CI {
			for _, c := range s.cases {
				if isOnly(c) {
					out.Hintf(c.scenario.Pos, "remove `only`; it would leave out every other scenario", "`only` in CI")
				}
			}
		}
		s.cases = slices.DeleteFunc(s.cases, func(b *binding) bool { return !isOnly(b) })
	}
}

// importSequences makes the sequences of a suite and of what it imports known.
func (p *Plan) importSequences(su *suite, s *spec.Suite, seen map[string]bool, out *diag.List) {
	su.names.doubt(s.Doubt)
	for i := range s.Sequences {
		seq := &s.Sequences[i]
		su.names.names[seq.Name] = true
		if su.sequences[seq.Name] == nil {
			su.sequences[seq.Name] = &seq.Value
		}
	}
	for _, path := range s.Import {
		file := filepath.Join(filepath.Dir(s.File), path.Text)
		if path.Text == "" || seen[file] {
			continue
		}
		seen[file] = true
		if _, err := p.files.read(s.File, path.Text); err != nil {
			out.Addf(path.Pos, "import %q: %v", path.Text, err)
			su.names.open = true
			continue
		}
		imported := p.take(p.files.parse(file), out)
		if imported == nil {
			su.names.open = true
			continue
		}
		p.importSequences(su, imported, seen, out)
	}
}
