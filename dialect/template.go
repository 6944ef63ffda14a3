package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// form says what a part of a template is.
type form int

const (
	literal form = iota // a fixed value
	hole                // a placeholder
	mixed               // text with placeholders in it
	object              // a JSON object with members
)

// template is one JSON value of a message. It is rendered to send and matched to
// receive. It is compiled once and never changes.
type template struct {
	form    form
	path    string   // its dotted path, for complaints about received messages
	text    []byte   // of a literal: the JSON
	word    string   // of a literal text: the text
	hole    holeSpec // of a hole
	parts   []part   // of mixed text
	members []member
	spread  *holeSpec // of an object: takes the members that are not named here
	seldom  bool      // it may be missing: an optional hole, or an object of only such
}

// member is one named value of an object.
type member struct {
	name  string
	quote []byte // the name as JSON, with its colon
	value template
}

// holeSpec is a placeholder: which value it takes, in which form.
type holeSpec struct {
	slot     int
	name     string
	filter   filter
	optional bool
}

// filter is the form in which a value is written and read.
type filter string

const (
	plain    filter = ""       // as the type of the value demands
	asText   filter = "str"    // a number as JSON text
	asNumber filter = "int"    // a number as a JSON number
	asJSON   filter = "json"   // a JSON value, as text that holds it
	asBase64 filter = "b64"    // octets as base64 text
	asObject filter = "object" // text, as the object that it spells or as {"name": text}
)

// The slots of the values that every dialect has. The slots of the dialect's own
// counters and variables follow.
const (
	slotAudio = iota
	slotTag
	slotEncoding
	slotRate
	slotCustom
	slotOctets
	slotDuration
	slotMark
	slotDigit
	slotTimestamp
	slotOwn // the first slot of the dialect's own
)

var commonNames = []string{"audio", "tag", "encoding", "rate", "customParameters", "octets", "duration", "mark", "digit", "timestamp"}

// filtersOf gives the filters that a slot takes. The first is the default.
func filtersOf(slot int, counters int) []filter {
	switch {
	case slot == slotAudio:
		return []filter{asBase64}
	case slot == slotCustom:
		return []filter{plain, asJSON}
	case slot == slotMark:
		return []filter{plain, asObject}
	case isNumber(slot, counters):
		return []filter{plain, asText, asNumber}
	}
	return []filter{plain}
}

// isNumber reports whether a slot holds a whole number. The dialect's counters
// have the first of its own slots.
func isNumber(slot, counters int) bool {
	switch slot {
	case slotRate, slotOctets, slotDuration, slotTimestamp:
		return true
	}
	return slot >= slotOwn && slot < slotOwn+counters
}

// compiler makes templates from YAML, and complains about placeholders.
type compiler struct {
	names    []string // by slot
	counters int
	out      *diag.List
}

func (c *compiler) compile(n *yamldoc.Node, path string) template {
	switch n.Kind {
	case yamldoc.Mapping:
		return c.object(n, path)
	case yamldoc.Scalar:
		if strings.Contains(n.Text, "{{") {
			return c.hole(n, path)
		}
	}
	t := template{form: literal, path: path, text: c.literal(n)}
	if t.text[0] == '"' {
		t.word = unquote(t.text)
	}
	return t
}

func (c *compiler) object(n *yamldoc.Node, path string) template {
	t := template{form: object, path: path, seldom: true}
	for _, f := range n.Fields {
		if f.Key.Text == "..." {
			t.spread = c.spread(f.Value)
			continue
		}
		at := f.Key.Text
		if path != "" {
			at = path + "." + at
		}
		value := c.compile(f.Value, at)
		t.members = append(t.members, member{name: f.Key.Text, quote: append(quoteJSON(nil, f.Key.Text), ':'), value: value})
		t.seldom = t.seldom && value.seldom
	}
	t.seldom = t.seldom && len(n.Fields) > 0
	return t
}

// spread reads the value of "...", which takes all members that are not named.
func (c *compiler) spread(n *yamldoc.Node) *holeSpec {
	if n.Text == "{{customParameters?}}" {
		return &holeSpec{slot: slotCustom, name: commonNames[slotCustom], optional: true}
	}
	c.out.Addf(n.Pos, "\"...\" takes \"{{customParameters?}}\" and nothing else")
	return nil
}

// literal gives a YAML value as JSON. Quoted text stays text.
func (c *compiler) literal(n *yamldoc.Node) []byte {
	switch n.Kind {
	case yamldoc.Sequence:
		b := []byte{'['}
		for i, item := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, c.literal(item)...)
		}
		return append(b, ']')
	case yamldoc.Mapping:
		b := []byte{'{'}
		for i, f := range n.Fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(quoteJSON(b, f.Key.Text), ':')
			b = append(b, c.literal(f.Value)...)
		}
		return append(b, '}')
	}
	if strings.Contains(n.Text, "{{") {
		c.out.Addf(n.Pos, "a placeholder cannot stand in a list")
	}
	if trap := yamldoc.Trap(n); trap != "" {
		c.out.Addf(n.Pos, "%q is %s", n.Text, trap)
	}
	_, isBool := yamldoc.Bool(n)
	if isBool || yamldoc.IsNull(n) || yamldoc.IsNumber(n) {
		text := n.Text
		if text == "~" {
			text = "null"
		}
		return []byte(strings.TrimPrefix(text, "+"))
	}
	return quoteJSON(nil, n.Text)
}

// hole reads "{{name|filter?}}", or text with placeholders in it.
func (c *compiler) hole(n *yamldoc.Node, path string) template {
	inner, ok := strings.CutPrefix(n.Text, "{{")
	inner, rest, closed := strings.Cut(inner, "}}")
	if !ok || !closed || rest != "" {
		return c.mixed(n, path)
	}
	h, ok := c.placeholder(n, inner, len("{{"))
	if !ok {
		return template{form: literal, path: path, text: []byte("null")}
	}
	return template{form: hole, path: path, hole: h, seldom: h.optional}
}

// placeholder reads what stands between {{ and }}, at an offset in a scalar.
func (c *compiler) placeholder(n *yamldoc.Node, inner string, offset int) (holeSpec, bool) {
	h := holeSpec{}
	body, optional := strings.CutSuffix(strings.TrimSpace(inner), "?")
	name, filterName, filtered := strings.Cut(body, "|")
	h.name, h.filter, h.optional = strings.TrimSpace(name), filter(strings.TrimSpace(filterName)), optional
	at := n.At(offset, len(inner))
	h.slot = slices.Index(c.names, h.name)
	if h.slot < 0 {
		c.out.Hintf(at, diag.DidYouMean(h.name, c.names), "unknown placeholder %q", h.name)
		return h, false
	}
	if valid := filtersOf(h.slot, c.counters); !filtered && !slices.Contains(valid, plain) || filtered && (h.filter == plain || !slices.Contains(valid, h.filter)) {
		c.out.Hintf(at, filterHint(valid), "%s", filterComplaint(h))
		return h, false
	}
	return h, true
}

func filterComplaint(h holeSpec) string {
	if h.filter == plain {
		return fmt.Sprintf("the placeholder %q needs a filter", h.name)
	}
	return fmt.Sprintf("the placeholder %q takes no filter %q", h.name, h.filter)
}

func filterHint(valid []filter) string {
	var words []string
	for _, f := range valid {
		if f != plain {
			words = append(words, "|"+string(f))
		}
	}
	if len(words) == 0 {
		return "write it without a filter"
	}
	return "valid: " + strings.Join(words, ", ")
}

// room is about how many octets a value takes that is not audio.
const room = 24

// size gives about how many octets a template takes, without audio.
func (t *template) size() int {
	n := len(t.text)
	if t.form == hole || t.form == mixed {
		n = room * max(1, len(t.parts))
	}
	for i := range t.members {
		n += len(t.members[i].quote) + 1 + t.members[i].value.size()
	}
	return n + len("{}")
}

// holes calls visit for every placeholder, in order.
func (t *template) holes(visit func(h *holeSpec)) {
	if t.form == hole {
		visit(&t.hole)
	}
	for _, p := range t.parts {
		if p.hole != nil {
			visit(p.hole)
		}
	}
	for i := range t.members {
		t.members[i].value.holes(visit)
	}
	if t.spread != nil {
		visit(t.spread)
	}
}

// quoteJSON appends text as a JSON string. Octets that are not UTF-8 become
// U+FFFD. Unlike encoding/json by default, it leaves <, > and & as they are.
func quoteJSON(b []byte, text string) []byte {
	if isSimple(text) {
		b = append(b, '"')
		b = append(b, text...)
		return append(b, '"')
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // writing to memory does not fail
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// isSimple reports whether text needs no escapes.
func isSimple(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
