package yamldoc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Keys is what a [Keyed] type names its keys to. It is in one of three states:
// it reads a mapping, it describes the type, or it only collects the names.
type Keys struct {
	node    *Node
	out     *diag.List
	read    int      // how many fields of the mapping had a known key
	missing []string // the required keys that the mapping does not have
	whole   []func(n *Node, out *diag.List)
	near    []string
	gone    map[string]string

	schema *Schema
	defs   *Defs

	names []string
}

// Option changes how one key is treated.
type Option int

// Required makes it a complaint if the key is missing.
const Required Option = 1

// Key names one key, with its shape and its sentence of documentation.
func (k *Keys) Key(name string, s Shape, doc string, opts ...Option) {
	required := len(opts) > 0 && opts[0] == Required
	if k.schema != nil {
		p := *s.Describe(k.defs)
		p.Description = doc
		k.schema.Properties = append(k.schema.Properties, Property{Name: name, Schema: &p, Required: required})
		return
	}
	if k.node == nil {
		k.names = append(k.names, name)
		return
	}
	value := k.node.Get(name)
	if value == nil {
		if required {
			k.missing = append(k.missing, name)
		}
		return
	}
	k.read++
	s.Decode(value, k.out)
}

// Gone names a key that was removed or renamed. It is still a complaint, but
// with this hint.
func (k *Keys) Gone(name, hint string) {
	if k.node == nil {
		return
	}
	if k.gone == nil {
		k.gone = map[string]string{}
	}
	k.gone[name] = hint
}

// Near gives words beside the keys that an unknown key may be a misspelling of.
func (k *Keys) Near(words []string) { k.near = words }

// Whole adds a check of the whole mapping. It runs after all keys were read, and
// only if there was no complaint: a mapping that is wrong in parts is not judged
// as a whole.
func (k *Keys) Whole(check func(n *Node, out *diag.List)) { k.whole = append(k.whole, check) }

// Node gives the mapping that is read, and nil in the other states.
func (k *Keys) Node() *Node { return k.node }

// DecodeKeys reads a mapping into a keyed value and complains about keys that
// the type does not name. If there are any, it does not complain about missing
// keys, because an unknown key may be the missing one.
func DecodeKeys(n *Node, into Keyed, out *diag.List) {
	if n.Kind != Mapping {
		Expected(n, "a mapping", out)
		return
	}
	before := out.Len()
	k := &Keys{node: n, out: out}
	into.Keys(k)
	switch {
	case k.read < len(n.Fields):
		k.complainOfUnknown(Names(into))
	case len(k.missing) > 0:
		k.complainOfMissing()
	}
	for _, check := range k.whole {
		if out.Len() == before {
			check(n, out)
		}
	}
}

func (k *Keys) complainOfMissing() {
	switch names := fmt.Sprintf("%q", k.missing); len(k.missing) {
	case 1:
		k.out.Addf(k.node.Pos, "key %s is missing", names[1:len(names)-1])
	default:
		k.out.Addf(k.node.Pos, "the keys %s are missing", strings.ReplaceAll(names[1:len(names)-1], " ", ", "))
	}
	k.out.Lose()
}

// complainOfUnknown complains about every field whose key is not among the
// names.
func (k *Keys) complainOfUnknown(names []string) {
	for _, f := range k.node.Fields {
		if !slices.Contains(names, f.Key.Text) {
			k.unknown(f, names)
		}
	}
}

func (k *Keys) unknown(f Field, names []string) {
	name := f.Key.Text
	if hint, ok := k.gone[name]; ok {
		k.out.Hintf(f.Key.Pos, hint, "key %q is no more", name)
		return
	}
	hint := diag.DidYouMean(name, slices.Sorted(slices.Values(names)))
	if near, ok := diag.Nearest(name, slices.Concat(names, k.near)); ok {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	if k.node.Flow && f.Value.IsEmpty() {
		hint = "quote text that holds a comma"
	}
	if strings.HasPrefix(name, "$") && len(name) > 1 {
		hint = "a matcher stands where a value stands, not beside other keys"
	}
	k.out.Hintf(f.Key.Pos, hint, "unknown key %q", name)
	k.out.Suspect(f.Words()...)
}

// Names gives the keys of a type in the order in which it names them.
func Names(t Keyed) []string {
	var k Keys
	t.Keys(&k)
	return k.names
}

func describeKeys(t Keyed, d *Defs) *Schema {
	k := &Keys{schema: &Schema{Type: "object", Closed: true}, defs: d}
	t.Keys(k)
	return k.schema
}

// Properties gives the keys of a type as properties of a schema.
func Properties(t Keyed, d *Defs) []Property { return describeKeys(t, d).Properties }
