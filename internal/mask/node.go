package mask

// node is a node of the tree of all forms: a form is a path from the root. Most
// nodes have one child.
type node struct {
	octet   byte
	end     bool // a form ends here
	child   *node
	sibling *node
}

func (n *node) next(octet byte) *node {
	for c := n.child; c != nil; c = c.sibling {
		if c.octet == octet {
			return c
		}
	}
	return nil
}

func (n *node) add(form string) {
	for i := range len(form) {
		c := n.next(form[i])
		if c == nil {
			c = &node{octet: form[i], sibling: n.child}
			n.child = c
		}
		n = c
	}
	n.end = true
}
