package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Value is a scalar that may hold ${…}. Without one it is known now; with one it is computed
// when its step begins.
type Value[T any] struct {
	Pos      diag.Pos
	set      bool
	wrong    bool // the decoder complained of it
	literal  T
	template *expr.Template
	unit     unit[T]
	node     *yamldoc.Node
}

// IsSet reports whether the value was written at all.
func (v *Value[T]) IsSet() bool { return v.set }

// Known gives the value, and true if it was written, is valid and holds no ${…}.
func (v *Value[T]) Known() (T, bool) { return v.literal, v.set && !v.wrong && v.template == nil }

// Template gives the text with ${…}, or nil if the value holds none.
func (v *Value[T]) Template() *expr.Template { return v.template }

// Names gives the chains of names that the ${…} of the value use.
func (v *Value[T]) Names() [][]string {
	if v.template == nil {
		return nil
	}
	return v.template.Members()
}

// written gives the text as it is written, or "".
func (v *Value[T]) written() string {
	if v.node == nil {
		return ""
	}
	return v.node.Text
}

// Uses gives what the value's ${…} name.
func (v *Value[T]) Uses() value.Uses {
	if v.template == nil {
		return value.Uses{}
	}
	return value.UsesOf(v.node, v.template)
}

// In computes the value. An error is a [diag.Diagnostic] with the place, or [diag.Told] if the
// decoder has complained.
func (v *Value[T]) In(env expr.Env) (T, error) {
	switch {
	case v.wrong:
		return v.literal, diag.Told
	case v.template == nil:
		return v.literal, nil
	}
	got, err := v.template.Eval(env)
	if err != nil {
		return v.literal, value.Explain(v.node, err)
	}
	return v.read(got)
}

// readText reads a computed value from its text. It is an error if the value is a list or a
// mapping, which has no text.
func readText[T any](u unit[T], computed any) (T, error) {
	text, err := expr.Text(computed)
	if err != nil {
		var none T
		return none, err
	}
	return u.read(text)
}

// All computes the value where several may stand: one that is nothing but a ${…} may give a
// list of them.
func (v *Value[T]) All(env expr.Env) ([]T, error) {
	if v.template == nil {
		one, err := v.In(env)
		return []T{one}, err
	}
	got, err := v.template.Eval(env)
	if err != nil {
		return nil, value.Explain(v.node, err)
	}
	list, ok := got.([]any)
	if !ok {
		list = []any{got}
	}
	out := make([]T, len(list))
	for i, item := range list {
		if out[i], err = v.read(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read reads what was computed.
func (v *Value[T]) read(computed any) (T, error) {
	if t, ok := computed.(T); ok {
		if _, text := computed.(string); !text { // text is always read, even if T is string
			return t, nil
		}
	}
	t, err := readText(v.unit, computed)
	if err != nil {
		return t, diag.At(v.Pos, err)
	}
	return t, nil
}

// Or gives the computed value, or other if none was written.
func (v *Value[T]) Or(env expr.Env, other T) (T, error) {
	if !v.set {
		return other, nil
	}
	return v.In(env)
}

// Text takes text, which may hold ${…}.
func Text(v *Value[string]) yamldoc.Shape { return valueShape(v, textUnit) }

// Duration takes a duration with its unit.
func Duration(v *Value[time.Duration]) yamldoc.Shape { return valueShape(v, durationUnit) }

// Integer takes a whole number.
func Integer(v *Value[int]) yamldoc.Shape { return valueShape(v, countUnit) }

// Code takes a close code, valid or not.
func Code(v *Value[int]) yamldoc.Shape { return valueShape(v, codeUnit) }

// Octets takes a number of octets.
func Octets(v *Value[int]) yamldoc.Shape { return valueShape(v, octetsUnit) }

func valueShape[T any](v *Value[T], u unit[T]) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind != yamldoc.Scalar || n.IsEmpty() {
			yamldoc.Expected(n, u.want, out)
			return
		}
		*v = Value[T]{Pos: n.Pos, set: true, unit: u, node: n}
		t, err := expr.Parse(n.Text, expr.Scope{})
		if err != nil {
			out.Add(value.Explain(n, err))
			v.wrong = true
			return
		}
		text, constant := t.Constant()
		if !constant {
			v.template = t
			return
		}
		if v.literal, err = u.read(text); err != nil {
			out.Add(diag.At(n.Pos, err))
			v.wrong = true
		}
	}, func(*yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{Description: u.want}
	})
}
