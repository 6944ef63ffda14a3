package dialect

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/media"
)

// build compiles a file, and complains about the parts that do not fit together.
func (f *fileDoc) build(top diag.Pos, text string, out *diag.List) *Dialect {
	d := &Dialect{
		name: f.Dialect, description: f.Description, source: text, protocols: f.Protocols,
		chunk: f.Chunk, exact: f.Exact, reserved: f.Reserved,
		timestamp: timestamp{samples: f.Timestamp.Unit == "samples", exact: f.Timestamp.Step == "exact"},
		playout:   playout{limit: f.Playout.Limit, messages: f.Playout.LimitMessages, returnsMarks: f.Playout.ReturnsMarks},
	}
	if f.Dial != "either" {
		d.dial = Role(f.Dial)
	}
	f.buildEncodings(d, out)
	names := slices.Clone(commonNames)
	own := func(name string, pos diag.Pos) {
		if slices.Contains(names, name) {
			out.Addf(pos, "the name %q is taken", name)
		}
		names = append(names, name)
	}
	for _, c := range f.Counters {
		own(c.Name, c.Pos)
		d.counters = append(d.counters, counter{name: c.Name, perStream: c.Value.Scope == "stream", from: int64(c.Value.From)})
	}
	for _, v := range f.Vars {
		own(v.Name, v.Pos)
		d.vars = append(d.vars, variable{name: v.Name, prefix: v.Value.Generate})
	}
	c := compiler{names: names, counters: len(d.counters), out: out}
	for i := range f.Messages {
		d.messages = append(d.messages, f.Messages[i].Value.build(&f.Messages[i], &c))
	}
	f.buildOpening(d, out)
	f.check(d, top, out)
	return d
}

func (f *fileDoc) buildEncodings(d *Dialect, out *diag.List) {
	if f.Encodings != nil && len(f.Encodings) == 0 {
		out.Addf(f.encodingsAt, "there is no encoding")
	}
	seen := map[string]bool{}
	for _, e := range f.Encodings {
		for _, name := range slices.Concat([]string{e.Name}, e.Value.Also, e.Value.Alias) {
			if seen[name] {
				out.Addf(e.Pos, "the encoding %q is given twice", name)
			}
			seen[name] = true
		}
		d.encodings = append(d.encodings, Encoding{
			Name:   e.Name,
			Format: media.Format{Codec: codecs[e.Value.Codec], Rate: media.Rate(e.Value.Rate)},
			also:   e.Value.Also,
			alias:  e.Value.Alias,
		})
	}
}

func (f *fileDoc) buildOpening(d *Dialect, out *diag.List) {
	for _, p := range f.Opening {
		i := slices.IndexFunc(d.messages, func(m *message) bool { return m.name == p.text })
		if i < 0 {
			out.Addf(p.pos, "there is no message %q", p.text)
			continue
		}
		if m := d.messages[i]; m.from != Platform || m.kind != KindStart && m.kind != KindConnected && m.kind != "" {
			out.Addf(p.pos, "the platform cannot open with %q: it must be a start or connected from the platform", p.text)
			continue
		}
		d.opening = append(d.opening, d.messages[i])
	}
}

// build compiles one message.
func (f *fileMessage) build(e *yamldoc.Entry[fileMessage], c *compiler) *message {
	m := &message{name: e.Name, kind: Kind(f.Kind.text), binary: f.Binary}
	if f.From != "both" {
		m.from = Role(f.From)
	}
	if m.kind == "" {
		if m.kind = Kind(e.Name); !slices.Contains(kinds, e.Name) {
			m.kind = ""
			c.out.Hintf(e.Pos, "add kind: "+strings.Join(kinds, ", "), "%q is no kind of message, and none is given", e.Name)
		}
	}
	if f.JSON == nil {
		return m
	}
	if countValues(f.JSON) > maxValues {
		c.out.Addf(f.JSON.Pos, "a message has at most %d values", maxValues)
		return m
	}
	m.body = c.compile(f.JSON, "")
	m.size = m.body.size()
	m.body.holes(func(h *holeSpec) {
		if i := h.slot - slotOwn; i >= 0 && i < c.counters && !slices.Contains(m.counts, i) {
			m.counts = append(m.counts, i)
		}
	})
	for _, member := range m.body.members {
		if t := member.value; t.form == literal && t.text[0] == '"' {
			m.key, m.word = member.name, t.word
			break
		}
	}
	if m.key == "" {
		c.out.Addf(f.JSON.Pos, "nothing tells the message from others: a key of its own must have a fixed text")
	}
	return m
}

// countValues gives the number of values in a tree.
func countValues(n *yamldoc.Node) int {
	count := 1
	for _, item := range n.Items {
		count += countValues(item)
	}
	for _, f := range n.Fields {
		count += countValues(f.Value)
	}
	return count
}
