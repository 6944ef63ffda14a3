package expr

import (
	"math/rand/v2"
	"slices"
)

// Scope says what an expression may name where it stands.
type Scope struct {
	// Roots are the names that may begin a chain (labels, vars, event, …). Nil
	// allows every name, for callers that check Refs later.
	Roots []string
}

// Env is what an expression is evaluated in.
type Env struct {
	// Names gives the root names: labels, vars, env, event, ….
	Names Object
	// Call carries out now(), conn(name), audio(name, tag) and events(name,
	// kind). Arguments are text, and as many as the language says.
	Call func(name string, args []any) (any, error)
	// Random is the source of uuid() and random_int(first, last), both included.
	// Equal sources give equal values.
	Random rand.Source
}

// Ref is one chain of names in an expression, as far as it is literal, such as
// [ready json session] or [opened headers X-Id], and its place in the source.
type Ref struct {
	Path           []string
	Offset, Length int
}

// Call is one call of a function whose arguments are all literal texts, such as
// conn('main'), and the place of the function's name in the source.
type Call struct {
	Name           string
	Args           []string
	Offset, Length int
}

// uses is what an expression names, for checks before anything runs.
type uses struct {
	refs  []*Ref
	calls []Call
}

// Refs lists the chains of names in the order in which they are written.
func (u uses) Refs() []Ref {
	out := make([]Ref, len(u.refs))
	for i, r := range u.refs {
		out[i] = Ref{Path: slices.Clone(r.Path), Offset: r.Offset, Length: r.Length}
	}
	return out
}

// Names lists the root names, each once.
func (u uses) Names() []string {
	var names []string
	for _, r := range u.refs {
		if !slices.Contains(names, r.Path[0]) {
			names = append(names, r.Path[0])
		}
	}
	return names
}

// Members lists the paths of Refs.
func (u uses) Members() [][]string {
	out := make([][]string, len(u.refs))
	for i, r := range u.refs {
		out[i] = slices.Clone(r.Path)
	}
	return out
}

// Calls lists the calls with literal texts, an inner one before the outer.
func (u uses) Calls() []Call { return slices.Clone(u.calls) }

// UsesEvent reports whether `event` is named, so that each event needs an
// evaluation of its own.
func (u uses) UsesEvent() bool { return slices.Contains(u.Names(), "event") }

// Program is one bare expression, as in `if`, `until` and the keys of assert.
type Program struct {
	node node
	uses
}

// Compile reads a bare expression. The error is an *Error.
func Compile(src string, scope Scope) (*Program, error) {
	s, err := scan(src, 0, false)
	if err != nil {
		return nil, err
	}
	n, used, err := compile(s, 0, scope)
	if err != nil {
		return nil, err
	}
	return &Program{n, used}, nil
}

// Eval evaluates the expression. A name or member that does not exist and a
// value of the wrong kind are an *Error.
func (p *Program) Eval(env Env) (any, error) {
	v, err := p.node.eval(newEvaluation(env))
	if err != nil {
		return nil, err
	}
	return plain(v), nil
}

// Bool evaluates an expression that must be true or false, as `if` and `until`
// are. The error is an *Error.
func (p *Program) Bool(env Env) (bool, error) {
	b, err := evalBool(newEvaluation(env), p.node, "the condition")
	if err != nil {
		return false, err
	}
	return b, nil
}
