// Package spec is what a suite asks for: typed, as its author wrote it, with the
// place of every word. [Parse] reads one file and reports all its problems in
// one pass. The package opens no file and no socket, and does not know what
// happens in a run.
//
// A new kind of step is a file step_NAME.go and a row in [verbs]. A new check of
// audio is a row in [audioRows], and one of turns a row in [turnRows].
package spec

import (
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Defaults of a suite that says nothing.
const (
	DefaultTimeout = 60 * time.Second // of a scenario
	DefaultWithin  = 5 * time.Second  // of a step that waits
	MainConnection = "main"           // the connection of a step without `on`
)

// Suite is one file.
type Suite struct {
	File        string
	Pos         diag.Pos
	Name        string
	Description string
	Target      Value[string]
	Dialect     Dialect
	Env         []Name // the names that ${env.NAME} can use
	Secrets     []Name // the same, and their values are masked everywhere
	Vars        []yamldoc.Entry[value.Data]
	Defaults    Defaults
	Import      []Import
	Protobuf    *SuiteProto // nil if there is none
	Sequences   []yamldoc.Entry[StepSequence]
	Endpoints   []yamldoc.Entry[Endpoint]
	Services    []yamldoc.Entry[Service]
	Setup       []Step
	Teardown    []Step
	Serial      bool
	Tags        []string
	Scenarios   []Scenario
	Doubt       diag.Doubt // about the suite, without its scenarios, sequences and steps
}

// Scenario is one script for one or more connections.
type Scenario struct {
	Pos          diag.Pos
	Name         string
	Description  string
	Tags         []string
	Requirement  *Requirement
	Skip         string // why it is not performed; "" if it is
	Only         bool
	KnownFailure string // where the failure is known; "" if none is
	Matrix       *Matrix
	Vars         []yamldoc.Entry[value.Data]
	Target       Value[string]
	Dialect      Dialect
	Conduct
	Load      *Load // nil if it is performed once
	Endpoints []yamldoc.Entry[Endpoint]
	Steps     []Step
	Finally   []Step
	Doubt     diag.Doubt // about the scenario, without its steps
}

// Requirement is the rule that a scenario tests.
type Requirement struct {
	RFC   string
	Level string
}

// String gives the requirement for a report, such as "RFC6455#5.4 (must)".
func (r *Requirement) String() string {
	if r == nil {
		return ""
	}
	if r.Level == "" {
		return r.RFC
	}
	return r.RFC + " (" + r.Level + ")"
}

// Unexpected says what happens with messages, errors and closes that no step
// reads. They fail the scenario, unless Ignore is set or a pattern matches.
type Unexpected struct {
	Ignore   bool
	Patterns []Pattern
	Texts    []value.Interpolation // the scalars of the patterns that hold ${…}
	Usual    bool                  // it stands in the defaults of the suite
	said     bool
}

// Parse reads a suite and adds its complaints to out. It gives nil if the file
// could not be read at all; otherwise everything that could be read.
func Parse(file, text string, out *diag.List) *Suite {
	n := yamldoc.Parse(file, text, out)
	if n == nil {
		return nil
	}
	s := &Suite{File: file, Pos: n.Pos}
	yamldoc.Decode(n, yamldoc.Doubted(&s.Doubt, yamldoc.Map(s)), out)
	s.check(out)
	return s
}

// Schema gives the JSON Schema of a suite, for editors.
func Schema() ([]byte, error) {
	return yamldoc.Document("https://duologue.dev/suite.schema.json", "Duologue suite", yamldoc.Map(&Suite{}))
}

// Keys names the keys of a suite.
func (s *Suite) Keys(k *yamldoc.Keys) {
	k.Key("suite", yamldoc.Text(&s.Name), "The suite's name; default: the name of its file.")
	k.Key("description", yamldoc.Text(&s.Description), "What the suite is for.")
	k.Key("target", Text(&s.Target), "What connect dials: a ws:// or wss:// URL, or builtin://NAME.")
	k.Key("dialect", DialectOf(&s.Dialect), "How media travels inside messages: a name or a file.")
	k.Key("endpoints", yamldoc.Dict(&s.Endpoints, (*Endpoint).shape), "Addresses at which each scenario can be dialled, for `accept`.")
	k.Key("services", yamldoc.Dict(&s.Services, (*Service).shape), "Programs that run while the scenarios are performed; only with --allow-run.")
	k.Key("env", yamldoc.OneOrMore(&s.Env, nameShape), "The environment variables that ${env.NAME} may name.")
	k.Key("secrets", yamldoc.OneOrMore(&s.Secrets, nameShape), "The same, and masked wherever they would be shown.")
	k.Key("vars", yamldoc.Dict(&s.Vars, kept), "Values for ${vars.NAME}.")
	k.Key("defaults", s.Defaults.shape(), "What steps and scenarios do not say themselves.")
	k.Key("import", yamldoc.OneOrMore(&s.Import, (*Import).shape), "Suites whose sequences can be used here too, or whose scenarios are performed here.")
	k.Key("protobuf", yamldoc.Optional(&s.Protobuf, (*SuiteProto).shape), "The .proto files with the messages of Protocol Buffers that are sent and expected.")
	k.Key("sequences", yamldoc.Dict(&s.Sequences, (*StepSequence).shape), "Named lists of steps, for `use`.")
	k.Key("setup", Steps(&s.Setup), "Carried out once, before the first scenario.")
	k.Key("teardown", Steps(&s.Teardown), "Carried out once, after the last scenario.")
	k.Key("serial", yamldoc.Flag(&s.Serial), "One scenario of this suite after the other.")
	k.Key("tags", yamldoc.OneOrMore(&s.Tags, yamldoc.Text), "Tags of every scenario.")
	k.Key("scenarios", yamldoc.List(&s.Scenarios, (*Scenario).shape), "The scenarios.")
}

func (s *Scenario) shape() yamldoc.Shape { return yamldoc.Doubted(&s.Doubt, yamldoc.Map(s)) }

// Keys names the keys of a scenario.
func (s *Scenario) Keys(k *yamldoc.Keys) {
	k.Key("name", yamldoc.Placed(&s.Pos, yamldoc.Text(&s.Name)), "What happens, in a phrase; unique in the suite.", yamldoc.Required)
	k.Key("description", yamldoc.Text(&s.Description), "More about it.")
	k.Key("tags", yamldoc.OneOrMore(&s.Tags, yamldoc.Text), "Words for --tags.")
	k.Key("requirement", yamldoc.Optional(&s.Requirement, yamldoc.Map[Requirement]), "The rule behind the scenario, shown on failure.")
	k.Key("skip", yamldoc.Text(&s.Skip), "Why the scenario is not performed.")
	k.Key("only", yamldoc.Flag(&s.Only), "Perform only the scenarios that have this key; an error if CI is set.")
	k.Key("known_failure", yamldoc.Text(&s.KnownFailure), "Where the failure is known; the scenario fails once it passes.")
	k.Key("matrix", yamldoc.Optional(&s.Matrix, matrixShape), "Perform the scenario once for each row.")
	k.Key("vars", yamldoc.Dict(&s.Vars, kept), "Values for ${vars.NAME}, before those of the suite.")
	k.Key("target", Text(&s.Target), "What connect dials in this scenario.")
	k.Key("dialect", DialectOf(&s.Dialect), "How media travels inside messages in this scenario.")
	s.conductKeys(k)
	k.Key("load", yamldoc.Optional(&s.Load, yamldoc.Map[Load]), "Perform it many times at once, as one testcase.")
	k.Key("endpoints", yamldoc.Dict(&s.Endpoints, (*Endpoint).shape), "Further addresses at which the scenario can be dialled.")
	k.Key("steps", Steps(&s.Steps), "What is done and expected, in order.", yamldoc.Required)
	k.Key("finally", Steps(&s.Finally), "Carried out at the end, also after a failure.")
}

// Keys names the keys of `requirement`.
func (r *Requirement) Keys(k *yamldoc.Keys) {
	k.Key("rfc", yamldoc.Text(&r.RFC), "Where the rule stands, such as RFC6455#5.4.", yamldoc.Required)
	k.Key("level", yamldoc.Word(&r.Level, "must", "should", "may"), "How strict it is (RFC 2119).")
}

func unexpectedShape(u *Unexpected) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		u.said = true
		if n.Kind == yamldoc.Sequence {
			u.Texts = value.InterpolationsOf(n)
			for _, item := range n.Items {
				u.Patterns = append(u.Patterns, readPattern(item, out))
			}
			return
		}
		var word string
		yamldoc.Word(&word, "fail", "ignore").Decode(n, out)
		u.Ignore = word == "ignore"
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: []string{"fail", "ignore"}},
			{Type: "array", Items: describeExpectation(d)}}}
	})
}

// check makes the complaints that need several keys.
func (s *Suite) check(out *diag.List) {
	seen := map[string]diag.Pos{}
	for _, sc := range s.Scenarios {
		if first, ok := seen[sc.Name]; ok && sc.Name != "" {
			out.Hintf(sc.Pos, "reports and reruns tell scenarios apart by name", "scenario %q is there twice; first at line %d", sc.Name, first.Line)
		}
		seen[sc.Name] = sc.Pos
		if sc.Load != nil && sc.Retries.Times > 0 {
			out.Hintf(sc.Load.Pos, "say how many must pass: assert: {passed: {$gte: 99%}}", "retries would hide the runs of a load that fail")
		}
	}
	imports := slices.ContainsFunc(s.Import, func(im Import) bool { return im.Scenarios })
	if len(s.Scenarios) == 0 && len(s.Sequences) == 0 && !imports && out.Empty() {
		out.Addf(s.Pos, "the suite has no scenarios")
	}
}
