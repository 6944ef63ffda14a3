package expr

// computed is a node that makes a value from chains of names.
type computed struct {
	node
	refs []*Ref
}

// makes reports whether a node makes a new value. It does not if it only reads the value of a
// chain of names, chooses between values, or holds them.
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

// tell tells the environment a value and the chains of names that it was made from.
func (env *Env) tell(of []*Ref, v any) {
	if env.Computed != nil && len(of) > 0 {
		env.Computed(uses{refs: of}.Refs(), plain(Settle(v)))
	}
}
