package expr

import (
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// compiler turns the syntax tree of the underlying parser into our own nodes, and refuses what
// the language does not have.
//
// That parser does not know durations, and takes 012 for 12. So it never sees a number: each is
// replaced by as many `$`, which no name may contain, and is found again by its offset.
type compiler struct {
	scope   Scope
	src     string
	base    int           // offset of the expression in its source
	octets  []int         // octet offsets of the runes of the expression, and of its end
	numbers map[int]token // by offset in the source
	refs    []*Ref
	calls   []Call
	varies  bool
	filters int // in how many conditions of filters
}

// compile compiles the expression that s has scanned. It begins at from.
func compile(s *scanner, from int, scope Scope) (node, uses, *Error) {
	c := &compiler{scope: scope, src: s.src, base: from, numbers: map[int]token{}}
	if len(s.tokens) == 0 {
		return nil, uses{}, span{from, s.pos - from}.errorf("the expression is empty")
	}
	masked := []byte(s.src[from:s.pos])
	for _, t := range s.tokens {
		if t.kind == numberToken {
			c.numbers[t.off] = t
			copy(masked[t.off-from:], strings.Repeat("$", t.len))
		}
	}
	for i := range string(masked) {
		c.octets = append(c.octets, from+i)
	}
	c.octets = append(c.octets, s.pos)
	tree, err := parser.Parse(string(masked))
	if err != nil {
		return nil, uses{}, c.syntaxError(s, err)
	}
	n, problem := c.lower(tree.Node, 0)
	if problem != nil {
		return nil, uses{}, problem
	}
	return n, uses{c.refs, c.calls, c.varies}, nil
}

// syntaxError gives a complaint of the underlying parser in our words.
func (c *compiler) syntaxError(s *scanner, err error) *Error {
	var e *file.Error
	if !errors.As(err, &e) {
		return span{c.base, s.pos - c.base}.errorf("%s", err)
	}
	if strings.HasPrefix(e.Message, "unexpected token EOF") || strings.HasPrefix(e.Message, "unexpected end") {
		last := s.tokens[len(s.tokens)-1]
		return last.errorf("the expression ends after %q", brief(last.text))
	}
	at := c.span(e.Location)
	for _, t := range s.tokens {
		if t.off <= at.off && at.off < t.off+t.len {
			if t.kind == stringToken {
				return t.errorf("unexpected text %s", brief(t.text)).hint("%s", escapeHint(e.Message))
			}
			return t.errorf("unexpected %q", brief(t.text))
		}
	}
	return at.errorf("%s", e.Message)
}

func escapeHint(message string) string {
	if strings.Contains(message, "escape") {
		return `it holds an unknown escape; a backslash is written \\`
	}
	return ""
}

// span converts a location in runes of the masked text to octets of the source.
func (c *compiler) span(l file.Location) span {
	last := len(c.octets) - 1
	from := c.octets[max(0, min(l.From, last))]
	to := c.octets[max(0, min(l.To, last))]
	return span{from, max(to-from, 0)}
}

// lower gives our node for a node of the parser. A node that makes a value from names becomes a
// [computed] one.
func (c *compiler) lower(n ast.Node, depth int) (node, *Error) {
	before := len(c.refs)
	out, err := c.own(n, depth)
	if err != nil || len(c.refs) == before || !makes(out) {
		return out, err
	}
	return computed{out, c.refs[before:len(c.refs):len(c.refs)]}, nil
}

func (c *compiler) own(n ast.Node, depth int) (node, *Error) {
	at := c.span(n.Location())
	if depth > maxDepth {
		return nil, at.errorf("the expression nests more than %d deep", maxDepth)
	}
	depth++
	switch n := n.(type) {
	case *ast.BoolNode:
		return literal{at, n.Value}, nil
	case *ast.StringNode:
		return literal{at, n.Value}, nil
	case *ast.IdentifierNode:
		return c.identifier(n, at)
	case *ast.UnaryNode:
		return c.unary(n, at, depth)
	case *ast.BinaryNode:
		return c.binary(n, at, depth)
	case *ast.MemberNode:
		return c.member(n, at, depth)
	case *ast.SliceNode:
		return c.slice(n, at, depth)
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok {
			return nil, at.errorf("this cannot be called")
		}
		return c.call(callee.Value, n.Arguments, at, depth)
	case *ast.BuiltinNode:
		return c.call(n.Name, n.Arguments, at, depth)
	case *ast.PredicateNode: // the parser has functions of these names, whose second argument is one
		if strings.HasPrefix(c.src[at.off:], "{") {
			return nil, at.errorf("unexpected %q", "{")
		}
		return c.lower(n.Node, depth)
	case *ast.ConditionalNode:
		return c.conditional(n, at, depth)
	case *ast.ArrayNode:
		items, err := c.all(n.Nodes, depth)
		return listNode{at, items}, err
	case *ast.MapNode:
		return c.mapping(n, at, depth)
	}
	return nil, at.errorf("the expression language does not have this")
}

func (c *compiler) all(from []ast.Node, depth int) ([]node, *Error) {
	nodes := make([]node, len(from))
	for i, n := range from {
		var err *Error
		if nodes[i], err = c.lower(n, depth); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

func (c *compiler) identifier(n *ast.IdentifierNode, at span) (node, *Error) {
	if t, ok := c.numbers[at.off]; ok {
		v, err := parseLiteral(t)
		return literal{t.span, v}, err
	}
	if n.Value == "null" {
		return literal{at, nil}, nil
	}
	if n.Value == "it" && c.filters > 0 {
		return item{at}, nil
	}
	if c.scope.Roots != nil && !slices.Contains(c.scope.Roots, n.Value) {
		return nil, at.errorf("unknown name %q", n.Value).hint("%s", didYouMean(n.Value, c.scope.Roots))
	}
	ref := &Ref{Path: []string{n.Value}, Offset: at.off, Length: at.len}
	c.refs = append(c.refs, ref)
	return root{at, n.Value, ref}, nil
}

// parseLiteral reads a number (decimal, or hexadecimal after 0x) or a duration.
func parseLiteral(t token) (any, *Error) {
	if hex, ok := strings.CutPrefix(strings.ToLower(t.text), "0x"); ok {
		n, err := strconv.ParseUint(hex, 16, 64)
		if err != nil {
			return nil, t.errorf("%q is not a number", brief(t.text)).hint("after 0x come 1 to 16 hexadecimal digits")
		}
		return fromRat(new(big.Rat).SetUint64(n)), nil
	}
	mantissa, exponent := t.text, ""
	if i := strings.IndexAny(t.text, "eE"); i >= 0 {
		mantissa, exponent = t.text[:i], strings.TrimLeft(t.text[i+1:], "+-")
	}
	if strings.Trim(mantissa, "0123456789.") != "" || exponent != "" && strings.Trim(exponent, "0123456789") != "" {
		return parseDuration(t.text, t.off)
	}
	if !isDecimal(mantissa) {
		return nil, t.errorf("%q is not a number", brief(t.text)).hint("write it without leading zeros")
	}
	r, err := parseNumber(t.text)
	if err != nil {
		return nil, t.errorf("%s", err)
	}
	return r, nil
}

func (c *compiler) unary(n *ast.UnaryNode, at span, depth int) (node, *Error) {
	x, err := c.lower(n.Node, depth)
	if err != nil {
		return nil, err
	}
	switch n.Operator {
	case "not":
		return not{at, x}, nil
	case "-":
		return negation{at.to(x.where()), x}, nil
	}
	return nil, at.errorf("unexpected %q", n.Operator)
}

func (c *compiler) binary(n *ast.BinaryNode, at span, depth int) (node, *Error) {
	if n.Operator == "&&" {
		return nil, at.errorf("a comparison of a comparison").hint("write a < b and b < c")
	}
	logical := n.Operator == "and" || n.Operator == "or"
	if u, ok := n.Left.(*ast.UnaryNode); ok && u.Operator == "not" && !logical {
		return nil, c.span(u.Location()).errorf("not would bind before %q", n.Operator).
			hint("write a != b, a not in b, or not (…)")
	}
	x, err := c.lower(n.Left, depth)
	if err != nil {
		return nil, err
	}
	y, err := c.lower(n.Right, depth)
	if err != nil {
		return nil, err
	}
	if logical {
		return logic{x.where().to(y.where()), n.Operator, x, y}, nil
	}
	operate, ok := operators[n.Operator]
	if !ok {
		return nil, at.errorf("unknown operator %q", n.Operator)
	}
	return binary{x.where().to(y.where()), operate, n.Operator == "in", x, y}, nil
}

func (c *compiler) member(n *ast.MemberNode, at span, depth int) (node, *Error) {
	of, err := c.lower(n.Node, depth)
	if err != nil {
		return nil, err
	}
	name, ok := n.Property.(*ast.StringNode)
	if !ok {
		key, err := c.lower(n.Property, depth)
		if err != nil {
			return nil, err
		}
		return index{of.where().to(key.where()), of, key}, nil
	}
	nameAt := c.span(name.Location())
	if t, ok := c.numbers[nameAt.off]; ok {
		return nil, t.errorf("unexpected %q", t.text).hint("write [%s] for an element", t.text)
	}
	ref := refOf(of)
	if ref != nil {
		ref.Path = append(ref.Path, name.Value)
		ref.Length = nameAt.off + nameAt.len - ref.Offset
	}
	return member{of.where().to(nameAt), of, name.Value, nameAt, ref}, nil
}

// refOf gives the chain of names that ends with n, or nil.
func refOf(n node) *Ref {
	switch n := n.(type) {
	case root:
		return n.ref
	case member:
		return n.ref
	}
	return nil
}

func (c *compiler) slice(n *ast.SliceNode, at span, depth int) (node, *Error) {
	of, err := c.lower(n.Node, depth)
	if err != nil {
		return nil, err
	}
	s := slice{span: of.where().to(at), of: of}
	if n.From != nil {
		if s.from, err = c.lower(n.From, depth); err != nil {
			return nil, err
		}
	}
	if n.To != nil {
		if s.to, err = c.lower(n.To, depth); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (c *compiler) call(name string, from []ast.Node, at span, depth int) (node, *Error) {
	f := functions[name]
	if f == nil {
		return nil, at.errorf("unknown function %q", name).hint("%s", didYouMean(name, Functions()))
	}
	if len(from) > len(f.params) || len(from) < len(f.params)-f.optional {
		return nil, at.errorf("%s takes %s arguments, not %d", name, f.arity(), len(from)).hint("write %s", f.usage)
	}
	if name == "filter" {
		return c.filter(from, at, depth)
	}
	args, err := c.all(from, depth)
	if err != nil {
		return nil, err
	}
	c.note(name, args, at)
	c.varies = c.varies || varying[name]
	return call{at, name, f, args}, nil
}

// note keeps a call whose arguments are all literal texts. Of one with a message of Protocol
// Buffers it keeps the name of the message.
func (c *compiler) note(name string, args []node, at span) {
	if len(args) == 0 {
		return
	}
	if name == "protobuf" || name == "unprotobuf" {
		args = args[:1]
	}
	texts := make([]string, len(args))
	for i, arg := range args {
		l, _ := arg.(literal)
		s, ok := l.value.(string)
		if !ok {
			return
		}
		texts[i] = s
	}
	c.calls = append(c.calls, Call{Name: name, Args: texts, Offset: at.off, Length: at.len})
}

func (c *compiler) conditional(n *ast.ConditionalNode, at span, depth int) (node, *Error) {
	if n.Exp1 == n.Cond {
		return nil, at.errorf("nothing stands between ? and :").hint("write condition ? a : b")
	}
	parts, err := c.all([]ast.Node{n.Cond, n.Exp1, n.Exp2}, depth)
	if err != nil {
		return nil, err
	}
	return conditional{parts[0].where().to(parts[2].where()), parts[0], parts[1], parts[2]}, nil
}

func (c *compiler) mapping(n *ast.MapNode, at span, depth int) (node, *Error) {
	m := mapNode{span: at}
	for _, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		key, err := c.key(pair.Key)
		if err != nil {
			return nil, err
		}
		if slices.Contains(m.keys, key) {
			return nil, c.span(pair.Key.Location()).errorf("duplicate key %s", brief(Notation(key)))
		}
		value, err := c.lower(pair.Value, depth)
		if err != nil {
			return nil, err
		}
		m.keys = append(m.keys, key)
		m.values = append(m.values, value)
	}
	return m, nil
}

// key gives the key of a mapping: a name, a text, or a whole number, which may be negative in parentheses.
func (c *compiler) key(n ast.Node) (any, *Error) {
	at := c.span(n.Location())
	switch n := n.(type) {
	case *ast.StringNode:
		t, ok := c.numbers[at.off]
		if !ok {
			return n.Value, nil
		}
		return c.wholeKey(t, false)
	case *ast.UnaryNode:
		if t, ok := c.numbers[c.span(n.Node.Location()).off]; ok && n.Operator == "-" {
			return c.wholeKey(t, true)
		}
	}
	return nil, at.errorf("a key must be a name, a text or a whole number")
}

func (c *compiler) wholeKey(t token, negative bool) (any, *Error) {
	v, err := parseLiteral(t)
	if err != nil {
		return nil, err
	}
	n, problem := wholeNumber(v)
	if problem != nil {
		return nil, t.errorf("a key must be a name, a text or a whole number")
	}
	if negative {
		n = -n
	}
	return n, nil
}
