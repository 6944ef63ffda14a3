package expr

// computed is a node whose value is made of what chains of names stand for.
type computed struct {
	node
	refs []*Ref
}

// makes reports whether a node makes a value, and does not only read one that a chain of
// names stands for, choose among others or hold them.
func makes(n node) bool {
	switch n := n.(type) {
	case call, binary, negation, slice, index:
		return true
	case member:
		return n.ref == nil
	}
	return false
}

func (n computed) raw(ev *evaluation) (any, *Error) {
	v, err := rawOf(n.node, ev)
	if err == nil {
		ev.env.tell(n.refs, v)
	}
	return v, err
}

func (n computed) eval(ev *evaluation) (any, *Error) { return settled(n.raw(ev)) }

// tell tells of a value and what it was made of.
func (env *Env) tell(of []*Ref, v any) {
	if env.Computed != nil && len(of) > 0 {
		env.Computed(uses{refs: of}.Refs(), plain(Settle(v)))
	}
}
