package value

import (
	"errors"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Expression is a bare expression, such as that of `if`.
type Expression struct {
	Pos     diag.Pos
	Program *expr.Program
	node    *yamldoc.Node
}

// ExpressionShape takes a bare expression.
func ExpressionShape(e *Expression) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		e.Pos, e.node = n.Pos, n
		if n.Kind != yamldoc.Scalar || n.IsEmpty() {
			yamldoc.Expected(n, "an expression, without ${}", out)
			return
		}
		p, err := expr.Compile(n.Text, expr.Scope{})
		if err != nil {
			out.Add(Explain(n, err))
			return
		}
		e.Program = p
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{} })
}

// Holds evaluates an expression whose value must be true or false.
func (e *Expression) Holds(env expr.Env) (bool, error) {
	ok, err := e.Program.Bool(env)
	if err != nil {
		return false, Explain(e.node, err)
	}
	return ok, nil
}

// Value evaluates an expression.
func (e *Expression) Value(env expr.Env) (any, error) {
	v, err := e.Program.Eval(env)
	if err != nil {
		return nil, Explain(e.node, err)
	}
	return v, nil
}

// Lookup evaluates an expression. If only its last member is missing, and that
// is one that may be missing, the error is an [*expr.Absence].
func (e *Expression) Lookup(env expr.Env) (any, error) {
	v, err := e.Program.Lookup(env)
	var absent *expr.Absence
	if err == nil || errors.As(err, &absent) {
		return v, err
	}
	return nil, Explain(e.node, err)
}

// Text gives the expression as it was written.
func (e *Expression) Text() string { return e.node.Text }

// Uses gives what the expression names.
func (e *Expression) Uses() Uses {
	if e.Program == nil {
		return Uses{}
	}
	return UsesOf(e.node, e.Program)
}
