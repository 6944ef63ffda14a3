package expr

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// Scope says which names an expression may use.
type Scope struct {
	// Roots are the names that may begin a chain (labels, vars, event, …). Nil allows every
	// name, for callers that check Refs later.
	Roots []string
}

// Env is everything that an evaluation uses.
type Env struct {
	// Names gives the root names: labels, vars, env, event, ….
	Names Object
	// Call carries out now(), conn(name), audio(name, tag) and events(name, kind). The
	// arguments are text, and as many as the language says.
	Call func(name string, args []any) (any, error)
	// Random is the source for uuid() and random_int(first, last), which includes both. Equal
	// sources give equal values.
	Random rand.Source
	// Clock gives the time for unix(), unix_ms() and rfc3339().
	Clock func() time.Time
	// Messages gives the type of a message of Protocol Buffers by its name, for protobuf(message,
	// value) and unprotobuf(message, octets). Nil knows none.
	Messages func(name string) (Message, error)
	// Computed is called with every value that an expression, a part of one, or a text
	// with ${…} makes from chains of names, and with these chains. A value that a bare
	// expression only reads, such as `a.b`, is not made. Computed may be nil.
	Computed func(from []Ref, value any)
	// Budget limits what all evaluations with it make together. Nil is no limit. Only one of
	// these evaluations may run at a time.
	Budget *Budget
}

// Message is a type of messages of Protocol Buffers.
type Message interface {
	Decode(data []byte) (any, error)
	EncodeValue(v any) ([]byte, error)
}

// Budget is how many octets evaluations may still make.
type Budget struct{ Left int }

// Ref is one chain of names in an expression, as far as it is literal, such as [ready json
// session] or [opened headers X-Id], with its place in the source.
type Ref struct {
	Path           []string
	Offset, Length int
}

// Call is one call of a function whose arguments are all literal texts, such as conn('main'),
// or whose first argument is the literal name of a message of Protocol Buffers, with the place of the function's name in the source.
type Call struct {
	Name           string
	Args           []string
	Offset, Length int
}

// uses is everything that an expression names, for checks before anything runs.
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

// Calls lists the calls with literal texts. An inner call stands before the outer one.
func (u uses) Calls() []Call { return slices.Clone(u.calls) }

// Varies reports whether the value cannot be known beforehand, because a called function gives
// a random value, or looks at the run or at the clock.
func (u uses) Varies() bool { return u.varies }

// UsesEvent reports whether `event` is named. Each event then needs an evaluation of its own.
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

// Eval evaluates the expression. The error is an *Error, also if a name or member does not
// exist or a value has the wrong kind. [Lines] are not settled.
func (p *Program) Eval(env Env) (any, error) {
	v, err := rawOf(p.node, newEvaluation(env))
	if err != nil {
		return nil, err
	}
	return plain(v), nil
}

// IsLiteral reports whether the expression is a literal value.
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

// Absence is the error of an expression whose last member is missing and may be missing. A
// misspelled member is another error. So a check can ask whether a member exists.
type Absence struct{ err *Error }

// Error says which member is missing.
func (a *Absence) Error() string { return a.err.Error() }

// Unwrap gives the error that has the place.
func (a *Absence) Unwrap() error { return a.err }

// Optional is an [Object] with members that may be missing.
type Optional interface {
	Object
	// CanLack reports whether a member may be missing. Its result only counts while Member has
	// no member with that name.
	CanLack(name string) bool
}

// Lookup evaluates the expression. If only its last member is missing, and may be missing, the
// error is an [*Absence]; any other error is an *Error.
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

// lastMember splits an expression that ends in a member or an element into what it belongs to
// and its key. It gives nil for any other.
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

// canLack reports whether a value has no such member, but may have it.
func canLack(of, key any) bool {
	name, _ := key.(string)
	switch of := of.(type) {
	case *Mapping:
		name, err := KeyName(key)
		_, ok := of.Get(name)
		return !ok && err == nil && (IsTextKey(name) || of.keys != nil)
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
