package expr

import (
	"errors"
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
	// Computed is told each value that an expression, a part of one, or a text with some in
	// it makes of chains of names, and these; nil is told nothing. What is only read of a
	// chain, as `a.b` is, counts as made of nothing.
	Computed func(from []Ref, value any)
	// Budget bounds what all evaluations with it make together; nil bounds nothing. Only one
	// of them may run at a time.
	Budget *Budget
}

// Budget is how many octets evaluations may still make.
type Budget struct{ Left int }

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
	refs   []*Ref
	calls  []Call
	varies bool
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

// Varies reports whether a function is called that gives something else each time,
// or tells of what happens: what comes of it is not known before.
func (u uses) Varies() bool { return u.varies }

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
// value of the wrong kind are an *Error. [Lines] are not settled.
func (p *Program) Eval(env Env) (any, error) {
	v, err := rawOf(p.node, newEvaluation(env))
	if err != nil {
		return nil, err
	}
	return plain(v), nil
}

// IsLiteral reports whether the expression is a value that is written out.
func (p *Program) IsLiteral() bool {
	_, ok := p.node.(literal)
	return ok
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

// Absence is an error of an expression that names a member which is not there:
// not a misspelled one, but one that could be. So a check can ask whether it is.
type Absence struct{ err *Error }

// Error says which member is not there.
func (a *Absence) Error() string { return a.err.Error() }

// Unwrap gives the error that has the place.
func (a *Absence) Unwrap() error { return a.err }

// Optional is an [Object] some of whose members need not be there.
type Optional interface {
	Object
	// CanLack reports whether a name is that of a member which is not there now.
	CanLack(name string) bool
}

// Lookup evaluates the expression. Where all but its last member exists, and that
// one could, the error is an [*Absence]; any other is an *Error.
func (p *Program) Lookup(env Env) (any, error) {
	v, err := p.Eval(env)
	if err == nil {
		return v, nil
	}
	of, key := lastMember(p.node)
	if of == nil {
		return nil, err
	}
	ev := newEvaluation(env)
	whole, problem := rawOf(of, ev)
	if problem != nil {
		return nil, err
	}
	name, problem := key.eval(ev)
	if problem != nil || !canLack(whole, name) {
		return nil, err
	}
	var e *Error
	errors.As(err, &e)
	return nil, &Absence{e}
}

// lastMember takes an expression apart that ends in a member or an element.
func lastMember(n node) (of, key node) {
	switch n := n.(type) {
	case computed:
		return lastMember(n.node)
	case member:
		return n.of, literal{n.at, n.name}
	case index:
		return n.of, n.key
	}
	return nil, nil
}

// canLack reports whether a value has no such member, though it could.
func canLack(of, key any) bool {
	name, _ := key.(string)
	switch of := of.(type) {
	case *Mapping:
		_, ok := of.Get(name)
		return !ok
	case []any:
		i, err := wholeNumber(key)
		return err == nil && i >= int64(len(of))
	case Lines:
		i, err := wholeNumber(key)
		return err == nil && i >= int64(len(of.Each))
	case Optional:
		_, ok := of.Member(name)
		return !ok && of.CanLack(name)
	}
	return false
}
