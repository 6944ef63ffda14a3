package mask

// node is a node of the tree of all forms. A form is a path from the root. Most
// nodes have one child. The tree only has lower case for ASCII letters.
type node struct {
	octet   byte
	end     bool // a form ends here
	inside  bool // a form has begun before or here
	deep    bool // so much of a form is masked even if the rest was cut off
	child   *node
	sibling *node
	table   *[256]*node // the children by their octets, if there are many
}

// many is the number of children from which a table is faster than a list.
const many = 8

// folded gives each octet in lower case.
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
	if n.table != nil {
		return n.table[octet]
	}
	for c := n.child; c != nil; c = c.sibling {
		if c.octet == octet {
			return c
		}
	}
	return nil
}

// add adds a form. It must be in lower case.
func (n *node) add(form string) {
	for i := range len(form) {
		c := n.next(form[i])
		if c == nil {
			c = &node{octet: form[i], inside: true, deep: i+1 >= least, sibling: n.child}
			n.child = c
			n.tabulate()
		}
		n = c
	}
	n.end = true
}

// tabulate makes or updates the table of a node that has got a new first child.
func (n *node) tabulate() {
	if n.table != nil {
		n.table[n.child.octet] = n.child
		return
	}
	count := 0
	for c := n.child; c != nil; c = c.sibling {
		count++
	}
	if count < many {
		return
	}
	n.table = new([256]*node)
	for c := n.child; c != nil; c = c.sibling {
		n.table[c.octet] = c
	}
}
