package mask

// node is a node of the tree of all forms: a form is a path from the root. Most
// nodes have one child. The tree knows lower case only, of ASCII.
type node struct {
	octet   byte
	end     bool // a form ends here
	inside  bool // a form has begun
	deep    bool // so much of a form is masked if the rest was left out
	child   *node
	sibling *node
}

// folded is each octet in lower case.
var folded = func() (out [256]byte) {
	for i := range out {
		out[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			out[i] += 'a' - 'A'
		}
	}
	return out
}()

func (n *node) next(octet byte) *node {
	octet = folded[octet]
	for c := n.child; c != nil; c = c.sibling {
		if c.octet == octet {
			return c
		}
	}
	return nil
}

// add adds a form in lower case.
func (n *node) add(form string) {
	for i := range len(form) {
		c := n.next(form[i])
		if c == nil {
			c = &node{octet: form[i], inside: true, deep: i+1 >= least, sibling: n.child}
			n.child = c
		}
		n = c
	}
	n.end = true
}
