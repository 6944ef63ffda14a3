package dialect

import (
	"strconv"
	"strings"

	"github.com/duologue/duologue/internal/yamldoc"
)

// part is a piece of text between placeholders, or a placeholder. hole is nil
// for text.
type part struct {
	text string
	hole *holeSpec
}

// mixed reads text with placeholders in it, such as "audio/l16;rate={{rate}}".
// These placeholders hold text or numbers. There must be text between two of
// them, because received text could be split in more than one way otherwise.
func (c *compiler) mixed(n *yamldoc.Node, path string) template {
	t := template{form: mixed, path: path}
	rest, offset := n.Text, 0
	for rest != "" {
		before, after, found := strings.Cut(rest, "{{")
		if before != "" {
			t.parts = append(t.parts, part{text: before})
		}
		if !found {
			break
		}
		inner, tail, closed := strings.Cut(after, "}}")
		if !closed {
			c.out.Addf(n.At(offset+len(before), len("{{")), "{{ is not closed")
			return t
		}
		h, ok := c.placeholder(n, inner, offset+len(before)+len("{{"))
		if ok {
			c.checkMixed(n, &t, h)
			t.parts = append(t.parts, part{hole: &h})
		}
		offset += len(rest) - len(tail)
		rest = tail
	}
	return t
}

// checkMixed complains about a placeholder that cannot stand within text.
func (c *compiler) checkMixed(n *yamldoc.Node, t *template, h holeSpec) {
	switch {
	case h.slot == slotAudio || h.slot == slotCustom || h.filter == asObject:
		c.out.Addf(n.Pos, "{{%s}} must be a value of its own, not a part of text", h.name)
	case h.optional || h.filter != plain:
		c.out.Hintf(n.Pos, "write {{"+h.name+"}}", "{{%s}} within text takes neither ? nor a filter", h.name)
	case len(t.parts) > 0 && t.parts[len(t.parts)-1].hole != nil:
		c.out.Addf(n.Pos, "there must be text between two placeholders")
	}
}

// appendMixed writes text with the values of its placeholders.
func (r *renderer) appendMixed(b []byte, parts []part) []byte {
	var text strings.Builder
	for _, p := range parts {
		switch {
		case p.hole == nil:
			text.WriteString(p.text)
		case r.values[p.hole.slot].kind == kindNumber:
			text.WriteString(strconv.FormatInt(r.values[p.hole.slot].number, 10))
		default:
			text.WriteString(r.values[p.hole.slot].text)
		}
	}
	return quoteJSON(b, text.String())
}

// matchMixed splits text into its parts. Each placeholder gets as little text as
// possible.
func (m *matcher) matchMixed(t *template, raw []byte) {
	if raw[0] != '"' {
		m.fail(t, raw, strconv.Quote(spell(t.parts)))
		return
	}
	rest := unquote(raw)
	for i, p := range t.parts {
		taken, ok := cutPart(t.parts, i, rest)
		v := textValue(taken)
		if ok && p.hole != nil && isNumber(p.hole.slot, m.counters) {
			n, isWhole := wholeNumber([]byte(taken))
			v, ok = numberValue(n), isWhole
		}
		if !ok {
			m.fail(t, raw, strconv.Quote(spell(t.parts)))
			return
		}
		rest = rest[len(taken):]
		if p.hole != nil {
			m.set(t, p.hole.slot, v)
		}
	}
	if rest != "" {
		m.fail(t, raw, strconv.Quote(spell(t.parts)))
	}
}

// cutPart gives the beginning of text that belongs to part i.
func cutPart(parts []part, i int, text string) (taken string, ok bool) {
	if parts[i].hole == nil {
		return parts[i].text, strings.HasPrefix(text, parts[i].text)
	}
	switch i {
	case len(parts) - 1:
		return text, true
	case len(parts) - 2:
		return strings.TrimSuffix(text, parts[i+1].text), true
	}
	taken, _, ok = strings.Cut(text, parts[i+1].text)
	return taken, ok
}

// spell gives the parts as they are written in the file.
func spell(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.hole == nil {
			b.WriteString(p.text)
			continue
		}
		b.WriteString("{{" + p.hole.name + "}}")
	}
	return b.String()
}
