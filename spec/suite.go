// Package spec is what was asked: a suite as its author wrote it, typed, with
// the place of every word. [Parse] reads one file and reports all its problems
// in one pass. Nothing here opens a file, a socket, or knows what happened.
//
// A new step kind is one file step_NAME.go and one line in [verbs]; a new check
// is one file audio_NAME.go or a key of an existing one.
package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// What holds where nothing is said.
const (
	DefaultTimeout = 60 * time.Second // of a scenario
	DefaultWithin  = 5 * time.Second  // of a step that waits
	MainConnection = "main"           // the connection of a step without `on`
)

// Suite is one file.
type Suite struct {
	File      string
	Pos       diag.Pos
	Name      string
	Target    Value[string]
	Dialect   Dialect
	Defaults  Defaults
	Scenarios []Scenario
}

// Defaults holds what steps of a suite do not say themselves.
type Defaults struct {
	Within Value[time.Duration]
}

// Scenario is one script for one or more connections.
type Scenario struct {
	Pos     diag.Pos
	Name    string
	Tags    []string
	Target  Value[string]
	Dialect Dialect
	Timeout Value[time.Duration]
	Steps   []Step
}

// Parse reads a suite. It gives nil when the file could not be read at all;
// otherwise what could be read, and the complaints in out.
func Parse(file, text string, out *diag.List) *Suite {
	n := yamldoc.Parse(file, text, out)
	if n == nil {
		return nil
	}
	s := &Suite{File: file, Pos: n.Pos}
	yamldoc.Decode(n, yamldoc.Map(s), out)
	s.check(out)
	return s
}

// Schema is the JSON Schema of a suite, for editors.
func Schema() ([]byte, error) {
	return yamldoc.Document("https://duologue.dev/suite.schema.json", "Duologue suite", yamldoc.Map(&Suite{}))
}

// Keys names the keys of a suite.
func (s *Suite) Keys(k *yamldoc.Keys) {
	k.Key("suite", yamldoc.Text(&s.Name), "The suite's name; unsaid, the name of its file.")
	k.Key("target", Text(&s.Target), "What connect dials: a ws:// or wss:// URL, or builtin://NAME.")
	k.Key("dialect", DialectOf(&s.Dialect), "How media travels inside messages.")
	k.Key("defaults", yamldoc.Map(&s.Defaults), "What steps do not say themselves.")
	k.Key("scenarios", yamldoc.List(&s.Scenarios, yamldoc.Map[Scenario]), "The scenarios.", yamldoc.Required)
}

// Keys names the keys of `defaults`.
func (d *Defaults) Keys(k *yamldoc.Keys) {
	k.Key("within", Duration(&d.Within), "How long a step waits, unless it says so itself.")
}

// Keys names the keys of a scenario.
func (s *Scenario) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		s.Pos = n.Pos
	}
	k.Key("name", yamldoc.Placed(&s.Pos, yamldoc.Text(&s.Name)), "What happens, in a phrase; unique in the suite.", yamldoc.Required)
	k.Key("tags", yamldoc.OneOrMore(&s.Tags, yamldoc.Text), "Words for --tags.")
	k.Key("target", Text(&s.Target), "What connect dials in this scenario.")
	k.Key("dialect", DialectOf(&s.Dialect), "How media travels inside messages in this scenario.")
	k.Key("timeout", Duration(&s.Timeout), "How long the whole scenario may take (60s).")
	k.Key("steps", Steps(&s.Steps), "What is done and expected, in order.", yamldoc.Required)
}

// check finds what no single key shows.
func (s *Suite) check(out *diag.List) {
	seen := map[string]diag.Pos{}
	for _, sc := range s.Scenarios {
		if first, ok := seen[sc.Name]; ok && sc.Name != "" {
			out.Hintf(sc.Pos, "reports and reruns tell scenarios apart by name", "scenario %q is there twice; first at line %d", sc.Name, first.Line)
		}
		seen[sc.Name] = sc.Pos
	}
	if len(s.Scenarios) == 0 && out.Empty() {
		out.Addf(s.Pos, "the suite has no scenarios")
	}
}
