package dialect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"github.com/duologue/duologue/internal/encoded"
)

// matcher reads a message against a template. What it finds goes into values;
// a value that is set already must come again as it was. It reads on after the
// first thing that is wrong, so that what is right is known all the same.
type matcher struct {
	values   []value
	counters int    // how many counters the dialect has
	problem  string // the first thing that is wrong, as "media.chunk is missing"
}

// fail notes what is wrong with a value unless something was before.
func (m *matcher) fail(t *template, raw []byte, expected string) {
	switch {
	case m.problem != "":
	case raw == nil:
		m.problem = t.path + " is missing"
	default:
		m.problem = fmt.Sprintf("%s is %s, expected %s", t.path, show(raw), expected)
	}
}

// match reads a value, nil for one that is missing.
func (m *matcher) match(t *template, raw []byte) {
	if t.seldom && (raw == nil || raw[0] == 'n') { // null is as good as missing
		return
	}
	if raw == nil {
		m.fail(t, nil, "")
		return
	}
	switch t.form {
	case literal:
		if !t.says(raw) {
			m.fail(t, raw, string(t.text))
		}
	case hole:
		m.matchHole(t, raw)
	case mixed:
		m.matchMixed(t, raw)
	case object:
		if raw[0] != '{' {
			m.fail(t, raw, "an object")
			return
		}
		m.matchObject(t, raw)
	}
}

func (m *matcher) matchHole(t *template, raw []byte) {
	h := &t.hole
	if old := &m.values[h.slot]; old.kind == kindText && h.filter == plain && raw[0] == '"' && isName(raw, old.text) {
		return // the same once more
	}
	v, wanted := read(h, isNumber(h.slot, m.counters), raw)
	if wanted != "" {
		m.fail(t, raw, wanted)
		return
	}
	m.set(t, h.slot, v)
}

// maxMembers is the number of members of a template's object that are found
// without taking memory.
const maxMembers = 12

func (m *matcher) matchObject(t *template, raw []byte) {
	var room [maxMembers][]byte
	found := room[:]
	if len(t.members) > maxMembers {
		found = make([][]byte, len(t.members))
	}
	var rest []byte
	members(raw, func(name, v []byte) {
		for i := range t.members {
			if isName(name, t.members[i].name) {
				found[i] = v
				return
			}
		}
		if t.spread != nil {
			rest = append(append(append(append(rest, ','), name...), ':'), v...)
		}
	})
	for i := range t.members {
		m.match(&t.members[i].value, found[i])
	}
	if len(rest) > 0 {
		rest[0] = '{'
		m.values[t.spread.slot] = jsonValue(compact(append(rest, '}')))
	}
}

// set keeps a value, or tells how it differs from the one that is set.
func (m *matcher) set(t *template, slot int, v value) {
	old := &m.values[slot]
	switch {
	case old.kind == unset:
		*old = v
	case m.problem != "" || old.text == v.text && old.number == v.number && bytes.Equal(old.octets, v.octets):
	case v.kind == kindNumber:
		m.problem = fmt.Sprintf("%s is %d, expected %d", t.path, v.number, old.number)
	default:
		m.problem = fmt.Sprintf("%s is %q, expected %q", t.path, v.text, old.text)
	}
}

// read gives the value that a placeholder takes from JSON, or what it wants.
func read(h *holeSpec, number bool, raw []byte) (v value, wanted string) {
	switch {
	case number:
		return readNumber(h.filter, raw)
	case h.slot == slotAudio:
		return readBase64(raw)
	case h.filter == asObject:
		if raw[0] != '{' {
			return value{}, "an object"
		}
		return textValue(nameOf(raw)), ""
	case h.slot == slotCustom:
		return readCustom(h.filter, raw)
	}
	if raw[0] != '"' {
		return value{}, "text"
	}
	return textValue(unquote(raw)), ""
}

// readNumber takes a whole number, as text or as a number where the filter
// does not say which.
func readNumber(f filter, raw []byte) (value, string) {
	quoted := raw[0] == '"'
	if f == asText && !quoted {
		return value{}, "a whole number as text"
	}
	if f == asNumber && quoted {
		return value{}, "a whole number, not as text"
	}
	if quoted {
		raw = raw[1 : len(raw)-1]
	}
	n, ok := wholeNumber(raw)
	if !ok {
		return value{}, "a whole number"
	}
	return numberValue(n), ""
}

// wholeNumber reads decimal digits below 2^63.
func wholeNumber(digits []byte) (n int64, ok bool) {
	for _, c := range digits {
		if c < '0' || c > '9' || n > (math.MaxInt64-int64(c-'0'))/10 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(digits) > 0
}

func readBase64(raw []byte) (value, string) {
	if raw[0] != '"' {
		return value{}, "base64 text"
	}
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') >= 0 {
		inner = []byte(unquote(raw))
	}
	octets, err := base64.StdEncoding.AppendDecode(nil, inner)
	if err != nil || len(inner) != base64.StdEncoding.EncodedLen(len(octets)) { // the decoder reads over line breaks (RFC 4648 section 3.1: there are none)
		return value{}, fmt.Sprintf("base64 text: %v", encoded.WhyNoBase64(string(inner)))
	}
	return octetsValue(octets), ""
}

// readCustom takes a JSON object; where it is written as text, also text that
// holds one.
func readCustom(f filter, raw []byte) (value, string) {
	if raw[0] == '{' {
		return jsonValue(compact(raw)), ""
	}
	if f != asJSON {
		return value{}, "an object"
	}
	if raw[0] != '"' {
		return value{}, "an object, or text that holds one"
	}
	text := []byte(unquote(raw))
	if !isObject(text) {
		return value{}, "an object, or text that holds one"
	}
	return jsonValue(compact(text)), ""
}

// nameOf is the inverse of appendObject.
func nameOf(raw []byte) string {
	only, count := []byte(nil), 0
	members(raw, func(name, v []byte) {
		count++
		if isName(name, "name") && v[0] == '"' {
			only = v
		}
	})
	if count == 1 && only != nil && !isObject([]byte(unquote(only))) {
		return unquote(only)
	}
	return string(compact(raw))
}

// says reports whether a value means the same as a literal.
func (t *template) says(raw []byte) bool {
	if t.text[0] == '"' {
		return raw[0] == '"' && isName(raw, t.word)
	}
	return equalJSON(t.text, raw)
}

// equalJSON compares JSON values by what they mean.
func equalJSON(want, got []byte) bool {
	if bytes.Equal(want, got) {
		return true
	}
	return reflect.DeepEqual(decodeJSON(want), decodeJSON(got))
}

// decodeJSON gives valid JSON as a tree of nil, bool, float64, string,
// []any and map[string]any.
func decodeJSON(raw []byte) (tree any) {
	_ = json.Unmarshal(raw, &tree) // valid, as its caller knows
	return tree
}
