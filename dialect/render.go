package dialect

import (
	"encoding/base64"
	"strconv"
)

// value is the content of a slot.
type value struct {
	kind   valueKind
	text   string // kindText
	number int64  // kindNumber
	octets []byte // kindOctets: audio; kindJSON: a JSON value
}

type valueKind int

const (
	unset valueKind = iota
	kindText
	kindNumber
	kindOctets
	kindJSON
)

func textValue(s string) value   { return value{kind: kindText, text: s} }
func numberValue(n int64) value  { return value{kind: kindNumber, number: n} }
func octetsValue(b []byte) value { return value{kind: kindOctets, octets: b} }
func jsonValue(b []byte) value   { return value{kind: kindJSON, octets: b} }

// renderer writes templates. If countersAsText is set, it writes counters and
// timestamps without a filter as text.
type renderer struct {
	values         []value
	counters       int
	countersAsText bool
}

// append adds a template with its values. A value that is needed and not set
// becomes null; [Flow.ready] tells beforehand.
func (r *renderer) append(b []byte, t *template) []byte {
	switch t.form {
	case literal:
		return append(b, t.text...)
	case hole:
		return r.appendHole(b, &t.hole)
	case mixed:
		return r.appendMixed(b, t.parts)
	}
	b = append(b, '{')
	first := true
	for i := range t.members {
		m := &t.members[i]
		if m.value.seldom && r.absent(&m.value) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, m.quote...)
		b = r.append(b, &m.value)
	}
	if t.spread != nil {
		b = r.appendSpread(b, t.spread, first)
	}
	return append(b, '}')
}

// absent reports whether no value in a template is set.
func (r *renderer) absent(t *template) bool {
	switch t.form {
	case literal, mixed:
		return false
	case hole:
		return r.values[t.hole.slot].kind == unset
	}
	for i := range t.members {
		if !r.absent(&t.members[i].value) {
			return false
		}
	}
	return t.spread == nil || r.values[t.spread.slot].kind == unset
}

func (r *renderer) appendHole(b []byte, h *holeSpec) []byte {
	v := &r.values[h.slot]
	switch v.kind {
	case kindText:
		if h.filter == asObject {
			return appendObject(b, v.text)
		}
		return quoteJSON(b, v.text)
	case kindNumber:
		counts := h.slot == slotTimestamp || h.slot >= slotOwn && h.slot < slotOwn+r.counters
		if h.filter == asText || h.filter == plain && counts && r.countersAsText {
			b = append(b, '"')
			b = strconv.AppendInt(b, v.number, 10)
			return append(b, '"')
		}
		return strconv.AppendInt(b, v.number, 10)
	case kindOctets:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.octets)
		return append(b, '"')
	case kindJSON:
		if h.filter == asJSON {
			return quoteJSON(b, string(v.octets))
		}
		return append(b, v.octets...)
	}
	return append(b, "null"...)
}

// appendSpread adds the members of an object to the object that is being
// written.
func (r *renderer) appendSpread(b []byte, h *holeSpec, first bool) []byte {
	v := &r.values[h.slot]
	if v.kind != kindJSON || len(v.octets) <= len("{}") {
		return b
	}
	if !first {
		b = append(b, ',')
	}
	return append(b, v.octets[1:len(v.octets)-1]...)
}

// appendObject writes a name where an object must stand: the object that the
// name spells, or {"name": text}.
func appendObject(b []byte, text string) []byte {
	if isObject([]byte(text)) {
		return append(b, text...)
	}
	b = append(b, `{"name":`...)
	b = quoteJSON(b, text)
	return append(b, '}')
}
