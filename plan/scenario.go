package plan

import (
	"maps"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/internal/secrets"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/plan/files"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Scenario is one scenario, or one row of its matrix. Its methods compute what its
// steps need. Nothing of it changes, except that its masker learns what is computed
// from secrets.
type Scenario struct {
	Suite *Suite
	Spec  *spec.Scenario // with the defaults of its suite
	Name  string         // with secrets masked
	Tags  []string
	Load  *spec.Load // computed; nil if it is performed once
	Wants Wants

	Number int // its place among all that are selected, from 1

	options  *Options
	files    *files.Root
	static   expr.Map       // env, matrix, target
	vars     map[string]any // as they are at the start
	drawn    []drawn        // variables that hold random values or times of the clock, in the order in which they are computed
	moving   bool           // its target is known only when it is dialled
	tainted  map[string]bool
	dialects map[string]*dialect.Dialect
	services []yamldoc.Entry[spec.Service] // that start with it
	runs     []diag.Pos                    // the places of its commands
	masker   *mask.Masker
}

// Vars gives the variables as they are at the start. The map is the caller's.
func (s *Scenario) Vars() map[string]any { return maps.Clone(s.vars) }

// Static gives what `env`, `matrix` or `target` stand for. A target that depends on
// what happens is computed each time.
func (s *Scenario) Static(name string, env expr.Env) (any, bool) {
	if name == "target" && s.moving {
		address, err := s.target().In(env)
		if err != nil {
			return err, true
		}
		return address, true
	}
	return s.static.Member(name)
}

// staticNames are what expressions can name before anything is dialled.
type staticNames struct{ *Scenario }

// Member gives `vars`, or what is static.
func (n staticNames) Member(name string) (any, bool) {
	if name == "vars" {
		return expr.Map(n.vars), true
	}
	return n.static.Member(name)
}

// Members lists the names.
func (n staticNames) Members() []string { return append(n.static.Members(), "vars") }

// Env gives the environment of expressions that can name these.
func (s *Scenario) Env(names expr.Object) expr.Env {
	return expr.Env{Names: names, Computed: s.taint(names, s.masker), Messages: s.Suite.messages.named}
}

// Sequence gives a sequence of steps by its name, or nil.
func (s *Scenario) Sequence(name string) *spec.StepSequence { return s.Suite.sequences[name] }

// Timeout is how long the scenario may take, `finally` apart.
func (s *Scenario) Timeout() (time.Duration, error) {
	return s.Spec.Timeout.Or(s.Env(staticNames{s}), spec.DefaultTimeout)
}

// Within is how long a step may take.
func (s *Scenario) Within(step *spec.Step, env expr.Env) (time.Duration, error) {
	def, err := s.Suite.spec.Defaults.Within.Or(env, spec.DefaultWithin)
	if err != nil {
		return 0, err
	}
	return step.Within.Or(env, def)
}

// HasMedia reports whether the scenario speaks a dialect, and so may send audio and
// measure its time.
func (s *Scenario) HasMedia() bool { return len(s.dialects) > 0 }

// HasSecrets reports whether there is anything to mask.
func (s *Scenario) HasSecrets() bool { return s.masker != nil }

// Mask hides secrets in everything that a report could show of the scenario. It must
// come before anything is cut: nobody recognises half a secret.
func (s *Scenario) Mask(out *trace.Scenario) { secrets.Hide(out, s.masker) }

// MaskText hides secrets in a text.
func (s *Scenario) MaskText(text string) string { return s.masker.String(text) }

// MaskParts hides secrets that begin in one part and end in a later one, and reports
// whether there are any. It remembers their pieces. There must be secrets.
func (s *Scenario) MaskParts(parts [][]byte) (masked [][]byte, found bool) {
	masked, pieces := s.masker.Parts(parts)
	for _, piece := range pieces {
		s.masker.AddPiece(piece)
	}
	return masked, pieces != nil
}

// Clip gives a WAV file of the suite.
func (s *Scenario) Clip(path string) (files.Clip, error) {
	return s.files.Clip(s.Suite.spec.File, path)
}

// Recording gives the octets of a WAV file of the suite in a format, raised by gain
// in dB. See [files.Root.Recording].
func (s *Scenario) Recording(at diag.Pos, path string, r files.Rendering) ([]byte, error) {
	octets, err := s.files.Recording(s.Suite.spec.File, path, r)
	if err != nil {
		return nil, diag.New(at, "", "read %q: %v", path, err)
	}
	return octets, nil
}

// drawn is a variable that holds a random value or a time of the clock.
type drawn struct {
	yamldoc.Entry[value.Data]
	ofSuite bool
}

// target is the innermost target of the files, or nil.
func (s *Scenario) target() *spec.Value[string] {
	switch {
	case s.Spec.Target.IsSet():
		return &s.Spec.Target
	case s.Suite.spec.Target.IsSet():
		return &s.Suite.spec.Target
	}
	return nil
}

// MaxDepth bounds sequences that use sequences.
const MaxDepth = 20
