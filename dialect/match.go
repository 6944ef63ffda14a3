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

// matcher reads a message against a template. It puts what it finds into values.
// If a value is set before, the message must have the same. After a mistake it
// reads on, so that everything else is known.
type matcher struct {
	values   []value
	counters int    // the number of counters of the dialect
	problem  string // the first mistake, such as "media.chunk is missing"
}

// fail notes a mistake, if it is the first. raw is nil for a value that is
// missing.
func (m *matcher) fail(t *template, raw []byte, expected string) {
	switch {
	case m.problem != "":
	case raw == nil:
		m.problem = t.path + " is missing"
	default:
		m.problem = fmt.Sprintf("%s is %s, expected %s", t.path, show(raw), expected)
	}
}

// match reads the value of a template. raw is nil if the value is missing.
func (m *matcher) match(t *template, raw []byte) {
	if t.seldom && (raw == nil || raw[0] == 'n') { // null means the same as missing
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
		return // the value did not change
	}
	v, wanted := read(h, isNumber(h.slot, m.counters), raw)
	if wanted != "" {
		m.fail(t, raw, wanted)
		return
	}
	m.set(t, h.slot, v)
}

// maxMembers is the most members of a template's object that are found without
// allocating memory.
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

// set keeps a value, or notes that it differs from the one that is set.
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

// read gives the value of a placeholder from JSON, or what it would take
// instead.
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

// readNumber takes a whole number. It may be text or a number, unless the filter
// says which.
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

// wholeNumber reads decimal digits of a number below 2^63.
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
	if err != nil || len(inner) != base64.StdEncoding.EncodedLen(len(octets)) { // the decoder skips line breaks, which RFC 4648 section 3.1 does not allow
		return value{}, fmt.Sprintf("base64 text: %v", encoded.WhyNoBase64(string(inner)))
	}
	return octetsValue(octets), ""
}

// readCustom takes a JSON object. If the filter writes it as text, it also takes
// text that holds one.
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

// nameOf reads a name as [appendObject] writes it.
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

// says reports whether a value means the same as the literal.
func (t *template) says(raw []byte) bool {
	if t.text[0] == '"' {
		return raw[0] == '"' && isName(raw, t.word)
	}
	return equalJSON(t.text, raw)
}

// equalJSON reports whether two JSON values mean the same.
func equalJSON(want, got []byte) bool {
	if bytes.Equal(want, got) {
		return true
	}
	return reflect.DeepEqual(decodeJSON(want), decodeJSON(got))
}

// decodeJSON gives valid JSON as a tree of nil, bool, float64, string, []any and
// map[string]any.
func decodeJSON(raw []byte) (tree any) {
	_ = json.Unmarshal(raw, &tree) // the caller knows that it is valid
	return tree
}
