package yamldoc

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Keys is handed to a [Keyed] type to name its keys. It is in one of two
// states: reading a mapping, or describing the type.
type Keys struct {
	node   *Node
	out    *diag.List
	known  []string
	gone   map[string]string
	schema *Schema
	defs   *Defs
}

// Option changes how one key is treated.
type Option int

// Required makes a missing key a complaint.
const Required Option = 1

// Key names one key: its shape and its sentence of documentation.
func (k *Keys) Key(name string, s Shape, doc string, opts ...Option) {
	required := len(opts) > 0 && opts[0] == Required
	if k.schema != nil {
		p := *s.Describe(k.defs)
		p.Description = doc
		k.schema.Properties = append(k.schema.Properties, Property{Name: name, Schema: &p, Required: required})
		return
	}
	k.known = append(k.known, name)
	value := k.node.Get(name)
	if value == nil {
		if required {
			k.out.Addf(k.node.Pos, "key %q is missing", name)
		}
		return
	}
	s.Decode(value, k.out)
}

// Gone names a key that was removed or renamed: it stays a complaint with a
// hint.
func (k *Keys) Gone(name, hint string) {
	if k.schema != nil {
		return
	}
	if k.gone == nil {
		k.gone = map[string]string{}
	}
	k.gone[name] = hint
}

// Node is the mapping being read, or nil when the type is being described.
func (k *Keys) Node() *Node { return k.node }

// Complaints takes complaints about the mapping being read.
func (k *Keys) Complaints() *diag.List { return k.out }

// DecodeKeys reads a mapping into a keyed value and complains about keys that
// the type does not name.
func DecodeKeys(n *Node, into Keyed, out *diag.List) {
	if n.Kind != Mapping {
		Expected(n, "a mapping", out)
		return
	}
	k := &Keys{node: n, out: out, known: make([]string, 0, 32)}
	into.Keys(k)
	for _, f := range n.Fields {
		if !slices.Contains(k.known, f.Key.Text) {
			k.unknown(f)
		}
	}
}

func (k *Keys) unknown(f Field) {
	name := f.Key.Text
	if hint, ok := k.gone[name]; ok {
		k.out.Hintf(f.Key.Pos, hint, "key %q is no more", name)
		return
	}
	hint := diag.DidYouMean(name, KeyNames(k))
	if k.node.Flow && f.Value.IsEmpty() {
		hint = "quote text that holds a comma"
	}
	if strings.HasPrefix(name, "$") && len(name) > 1 {
		hint = "a matcher stands where a value stands, not beside other keys"
	}
	k.out.Hintf(f.Key.Pos, hint, "unknown key %q", name)
}

// KeyNames gives the keys named so far, sorted.
func KeyNames(k *Keys) []string {
	if k.schema != nil {
		names := make([]string, len(k.schema.Properties))
		for i, p := range k.schema.Properties {
			names[i] = p.Name
		}
		return names
	}
	return slices.Sorted(slices.Values(k.known))
}

// Names gives the keys of a type in the order in which it names them.
func Names(t Keyed) []string {
	k := &Keys{schema: &Schema{}, defs: NewDefs()}
	t.Keys(k)
	return KeyNames(k)
}

func describeKeys(t Keyed, d *Defs) *Schema {
	k := &Keys{schema: &Schema{Type: "object", Closed: true}, defs: d}
	t.Keys(k)
	return k.schema
}

// Properties gives the keys of a type as schema properties.
func Properties(t Keyed, d *Defs) []Property { return describeKeys(t, d).Properties }
