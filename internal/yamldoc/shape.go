package yamldoc

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Shape reads a node into a Go value, and describes what it reads. It is made
// for a pointer to the value, as in Text(&name).
type Shape interface {
	// Decode stores the value of the node, or complains.
	Decode(n *Node, out *diag.List)
	// Describe gives the JSON Schema of what Decode accepts.
	Describe(d *Defs) *Schema
}

// Keyed is a type that is written as a mapping. Keys names each key once. The
// decoder, the schema, completion and documentation all use it.
type Keyed interface {
	Keys(k *Keys)
}

// Decode reads a tree with a shape.
func Decode(n *Node, s Shape, out *diag.List) { s.Decode(n, out) }

// funcShape is a shape of two functions.
type funcShape struct {
	decode   func(n *Node, out *diag.List)
	describe func(d *Defs) *Schema
}

func (f funcShape) Decode(n *Node, out *diag.List) { f.decode(n, out) }
func (f funcShape) Describe(d *Defs) *Schema       { return f.describe(d) }

// ShapeOf makes a shape of a decoder and a description.
func ShapeOf(decode func(n *Node, out *diag.List), describe func(d *Defs) *Schema) Shape {
	return funcShape{decode, describe}
}

// Text takes a scalar exactly as it is written, such as 12e4 or 007.
func Text(into *string) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		if n.Kind != Scalar || n.IsEmpty() {
			Expected(n, "text", out)
			return
		}
		*into = n.Text
	}, func(*Defs) *Schema { return &Schema{Type: "string"} })
}

// Word takes one of a few words.
func Word(into *string, valid ...string) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		if n.Kind != Scalar || n.IsEmpty() {
			Expected(n, "one of "+strings.Join(valid, ", "), out)
			return
		}
		for _, v := range valid {
			if n.Text == v {
				*into = v
				return
			}
		}
		out.Hintf(n.Pos, diag.DidYouMean(n.Text, valid), "%q is none of %s", n.Text, strings.Join(valid, ", "))
	}, func(*Defs) *Schema { return &Schema{Enum: valid} })
}

// Flag takes true or false.
func Flag(into *bool) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		v, ok := Bool(n)
		if !ok {
			Expected(n, "true or false", out)
			return
		}
		*into = v
	}, func(*Defs) *Schema { return &Schema{Type: "boolean"} })
}

// Count takes a whole number from least to most.
func Count(into *int, least, most int) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		v, ok := Int(n)
		if !ok {
			Expected(n, "a whole number", out)
			return
		}
		if v < int64(least) || v > int64(most) {
			out.Addf(n.Pos, "%d is not between %d and %d", v, least, most)
			return
		}
		*into = int(v)
	}, func(*Defs) *Schema { return &Schema{Type: "integer", Minimum: &least, Maximum: &most} })
}

// List takes a sequence.
func List[T any](into *[]T, item func(*T) Shape) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		if n.Kind != Sequence {
			Expected(n, "a list", out)
			return
		}
		*into = make([]T, len(n.Items))
		for i, c := range n.Items {
			item(&(*into)[i]).Decode(c, out)
		}
	}, func(d *Defs) *Schema {
		return &Schema{Type: "array", Items: item(new(T)).Describe(d)}
	})
}

// OneOrMore takes a sequence, or a single item in place of a list of one.
func OneOrMore[T any](into *[]T, item func(*T) Shape) Shape {
	list := List(into, item)
	return ShapeOf(func(n *Node, out *diag.List) {
		if n.Kind == Sequence {
			list.Decode(n, out)
			return
		}
		*into = make([]T, 1)
		item(&(*into)[0]).Decode(n, out)
	}, func(d *Defs) *Schema {
		return &Schema{AnyOf: []*Schema{item(new(T)).Describe(d), list.Describe(d)}}
	})
}

// Entry is one name of a dictionary with its value. Entries keep the order of
// the file.
type Entry[T any] struct {
	Name  string
	Pos   diag.Pos
	Value T
}

// Dict takes a mapping whose keys are chosen by the user.
func Dict[T any](into *[]Entry[T], value func(*T) Shape) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		if n.Kind != Mapping {
			Expected(n, "a mapping", out)
			return
		}
		*into = make([]Entry[T], len(n.Fields))
		for i, f := range n.Fields {
			(*into)[i].Name, (*into)[i].Pos = f.Key.Text, f.Key.Pos
			value(&(*into)[i].Value).Decode(f.Value, out)
		}
	}, func(d *Defs) *Schema {
		return &Schema{Type: "object", Additional: value(new(T)).Describe(d)}
	})
}

// Optional makes a value when it is written. Nil means that it was not.
func Optional[T any](into **T, shape func(*T) Shape) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		*into = new(T)
		shape(*into).Decode(n, out)
	}, func(d *Defs) *Schema { return shape(new(T)).Describe(d) })
}

// Map takes a mapping with the keys of a type.
func Map[T any, P interface {
	*T
	Keyed
}](into *T) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		DecodeKeys(n, P(into), out)
	}, func(d *Defs) *Schema {
		return d.define(fmt.Sprintf("%T", *into), func() *Schema { return describeKeys(P(new(T)), d) })
	})
}

// Placed stores the place of the value that it reads.
func Placed(pos *diag.Pos, s Shape) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		*pos = n.Pos
		s.Decode(n, out)
	}, s.Describe)
}

// Whole is a shape with a check of the whole value. The check runs only if the
// parts were read without a complaint.
func Whole(s Shape, check func(n *Node, out *diag.List)) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		before := out.Len()
		if s.Decode(n, out); out.Len() == before {
			check(n, out)
		}
	}, s.Describe)
}

// Doubted reads a value and stores what is in doubt about it. It leaves out
// doubts that another Doubted inside it stores.
func Doubted(d *diag.Doubt, s Shape) Shape {
	return ShapeOf(func(n *Node, out *diag.List) {
		var inner diag.List
		s.Decode(n, &inner)
		*d = inner.Doubt()
		out.Join(&inner)
	}, s.Describe)
}

// Expected complains that a node is not what its key takes. Nothing of the node
// is read.
func Expected(n *Node, want string, out *diag.List) {
	switch {
	case n.IsEmpty():
		out.Hintf(n.Pos, "an empty value is null in YAML; write the value, or \"\" for empty text", "expected %s, found nothing", want)
	case n.Kind == Mapping && want == "text" && n.Flow:
		out.Hintf(n.Pos, "quote text that holds braces", "expected %s, found a mapping", want)
	default:
		out.Addf(n.Pos, "expected %s, found %s", want, n.form())
	}
	out.Lose()
	out.Suspect(n.Words()...)
}

// form says what a node looks like.
func (n *Node) form() string {
	switch {
	case n.Kind == Mapping && len(n.Fields) == 0:
		return "an empty mapping"
	case n.Kind == Mapping:
		return "a mapping"
	case n.Kind == Sequence && len(n.Items) == 0:
		return "an empty list"
	case n.Kind == Sequence:
		return "a list"
	}
	if n.Quoted {
		return fmt.Sprintf("the text %q", n.Text)
	}
	return fmt.Sprintf("%q", n.Text)
}

// The core schema of YAML 1.2 (10.3.2) without the forms that surprise: no
// leading zeros, no underscores, no sexagesimals.
var (
	intForm   = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`)
	floatForm = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
)

// Bool gives an unquoted true or false.
func Bool(n *Node) (value, ok bool) {
	if n.Kind != Scalar || n.Quoted {
		return false, false
	}
	return n.Text == "true", n.Text == "true" || n.Text == "false"
}

// Int gives an unquoted whole number that fits 64 bits.
func Int(n *Node) (int64, bool) {
	if n.Kind != Scalar || n.Quoted || !intForm.MatchString(n.Text) {
		return 0, false
	}
	v, err := strconv.ParseInt(strings.TrimPrefix(n.Text, "+"), 10, 64)
	return v, err == nil
}

// IsNumber reports whether an unquoted scalar is a number in both YAML 1.2 and
// JSON.
func IsNumber(n *Node) bool {
	return n.Kind == Scalar && !n.Quoted && floatForm.MatchString(n.Text)
}

// IsNull reports whether an unquoted scalar is null or ~.
func IsNull(n *Node) bool {
	return n.Kind == Scalar && !n.Quoted && (n.Text == "null" || n.Text == "~")
}

// Trap says why an unquoted scalar means different things to different YAML
// readers, or gives "".
func Trap(n *Node) string {
	if n.Kind != Scalar || n.Quoted {
		return ""
	}
	switch {
	case n.Text == "":
		return "an empty value; write null, or \"\" for empty text"
	case trapNumber.MatchString(n.Text):
		return "a number to some YAML readers and text to others; quote it, or write it plainly"
	}
	return ""
}

// trapNumber matches 012, 0x1F, 0o17, 1_000, 1:30, .5, 5., .inf, .nan.
var trapNumber = regexp.MustCompile(`^[-+]?(0[0-9_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9]+(_[0-9]+)+|[0-9]+(:[0-5]?[0-9])+|\.[0-9]+|[0-9]+\.|\.(inf|Inf|INF|nan|NaN|NAN))$`)
