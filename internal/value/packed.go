package value

import (
	"math"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Packed takes any value of MessagePack or CBOR. Keys have YAML's own types: 1 is a number and "1" is text.
// Matchers are refused, as in a variable.
func Packed(d *Data) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		NoMatchers(n, out)
		*d = ReadPacked(n, out)
	}, JSON(d).Describe)
}

// ReadPacked reads a value of MessagePack or CBOR.
func ReadPacked(n *yamldoc.Node, out *diag.List) Data {
	return read(n, PackedLiteral, PackedLiteral, out)
}

// PackedLiteral gives the value of a scalar: what JSON has, and .nan, .inf and -.inf.
func PackedLiteral(n *yamldoc.Node) (any, error) {
	if !n.Quoted {
		switch n.Text {
		case ".nan":
			return math.NaN(), nil
		case ".inf":
			return math.Inf(1), nil
		case "-.inf":
			return math.Inf(-1), nil
		}
	}
	return Literal(n)
}

// PackedKey gives the name of a key that has YAML's own type.
func PackedKey(n *yamldoc.Node, out *diag.List) string {
	_, name := packedKey(n, PackedLiteral, out)
	return name
}

// packedKey reads a key, and gives it with its name.
func packedKey(n *yamldoc.Node, read func(n *yamldoc.Node) (any, error), out *diag.List) (any, string) {
	key, err := read(n)
	if text, ok := key.(string); ok {
		key = Key(text)
	}
	if err == nil {
		var name string
		if name, err = expr.KeyName(key); err == nil {
			return key, name
		}
	}
	out.Add(diag.At(n.Pos, err))
	return n.Text, n.Text
}

// Fault gives the error that a format has about bound data, at the place of the value that it cannot write.
func (d Data) Fault(encode func(any) ([]byte, error)) error {
	_, err := encode(d.Value())
	if err == nil {
		return nil
	}
	for _, item := range d.list {
		if inner := item.Fault(encode); inner != nil {
			return inner
		}
	}
	for i, f := range d.object {
		if d.keys != nil {
			if _, wrong := encode(d.keys[i]); wrong != nil {
				return diag.At(f.Pos, wrong)
			}
		}
		if inner := f.Value.Fault(encode); inner != nil {
			return inner
		}
	}
	return diag.At(d.Pos, err)
}
