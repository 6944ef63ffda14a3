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

// Program is one bare expression, as in `if`, `until` and the keys of assert.
type Program struct {
	node node
	refs []*Ref
}

// Compile reads a bare expression. The error is an *Error.
func Compile(src string, scope Scope) (*Program, error) {
	s, err := scan(src, 0, false)
	if err != nil {
		return nil, err
	}
	n, refs, err := compile(s, 0, scope)
	if err != nil {
		return nil, err
	}
	return &Program{n, refs}, nil
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

// Refs lists the chains of names in the order in which they are written.
func (p *Program) Refs() []Ref { return copyRefs(p.refs) }

// Names lists the root names, each once.
func (p *Program) Names() []string { return rootNames(p.refs) }

// Members lists the paths of Refs.
func (p *Program) Members() [][]string { return paths(p.refs) }

func copyRefs(refs []*Ref) []Ref {
	out := make([]Ref, len(refs))
	for i, r := range refs {
		out[i] = Ref{Path: slices.Clone(r.Path), Offset: r.Offset, Length: r.Length}
	}
	return out
}

func rootNames(refs []*Ref) []string {
	var names []string
	for _, r := range refs {
		if !slices.Contains(names, r.Path[0]) {
			names = append(names, r.Path[0])
		}
	}
	return names
}

func paths(refs []*Ref) [][]string {
	out := make([][]string, len(refs))
	for i, r := range refs {
		out[i] = slices.Clone(r.Path)
	}
	return out
}
