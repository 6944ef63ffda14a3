package value

import (
	"errors"
	"strconv"
	"strings"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Condition is a matcher that is kept under a name. What its operands mean depends on what
// it is held against, so it stays as it was written, with its ${…} computed.
type Condition struct {
	data     Data
	computed map[*yamldoc.Node]any
	depth    int // how many conditions stand inside each other
}

// MaxConditions is how deep conditions may stand inside each other. A loop could go on.
const MaxConditions = 20

func newCondition(d Data) *Condition {
	c := &Condition{d, map[*yamldoc.Node]any{}, 1}
	c.note(d)
	return c
}

// note remembers what was computed.
func (c *Condition) note(d Data) {
	if d.computed {
		c.computed[d.node] = d.literal
		c.depth = max(c.depth, 1+depthOf(d.literal))
	}
	for _, item := range d.list {
		c.note(item)
	}
	for _, f := range d.object {
		c.note(f.Value)
	}
}

// Node gives the matcher as it was written.
func (c *Condition) Node() *yamldoc.Node { return c.data.node }

// IsTooDeep reports whether more than [MaxConditions] stand inside each other.
func (c *Condition) IsTooDeep() bool { return c.depth > MaxConditions }

// Condition gives the matcher as text.
func (c *Condition) Condition() string { return c.String() }

// String gives the matcher as text, with its ${…} as they are computed.
func (c *Condition) String() string {
	if c.IsTooDeep() {
		return "{…}"
	}
	return c.data.written()
}

// MarshalJSON refuses: a matcher is to be asked, and not to be sent.
func (c *Condition) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a matcher is no JSON: " + c.String())
}

// Filled gives data that was read again from the node of the condition, with its ${…} as they
// are computed.
func (c *Condition) Filled(d Data) Data {
	if d.template != nil {
		if v, ok := c.computed[d.node]; ok {
			d.literal, d.template, d.computed = v, nil, true
		}
		return d
	}
	list, object := d.list, d.object
	d.list, d.object = make([]Data, len(list)), make([]yamldoc.Entry[Data], len(object))
	for i := range list {
		d.list[i] = c.Filled(list[i])
	}
	for i := range object {
		d.object[i] = object[i]
		d.object[i].Value = c.Filled(object[i].Value)
	}
	return d
}

// Asks reports whether a value is a [*Condition] or holds one.
func Asks(v any) bool { return depthOf(v) > 0 }

// depthOf gives how many conditions stand inside each other in a value.
func depthOf(v any) int {
	deepest := 0
	switch v := v.(type) {
	case *Condition:
		return v.depth
	case []any:
		for _, item := range v {
			deepest = max(deepest, depthOf(item))
		}
	case *expr.Mapping:
		for _, item := range v.All() {
			deepest = max(deepest, depthOf(item))
		}
	}
	return deepest
}

// Written writes a value that holds conditions, in braces and brackets.
func Written(v any) string {
	switch v := v.(type) {
	case *Condition:
		return v.String()
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = Written(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *expr.Mapping:
		var parts []string
		for name, item := range v.All() {
			parts = append(parts, name+": "+Written(item))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return Data{literal: v}.Text()
}

// written is Written for data. A scalar stands as it was written.
func (d Data) written() string {
	var parts []string
	switch {
	case d.kind == yamldoc.Sequence:
		for _, item := range d.list {
			parts = append(parts, item.written())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case d.kind == yamldoc.Mapping:
		for _, f := range d.object {
			parts = append(parts, f.Name+": "+f.Value.written())
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case d.computed:
		return Written(d.literal)
	case d.node.Quoted:
		return strconv.Quote(d.node.Text)
	}
	return d.node.Text
}
