package dialect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/media"
)

// The types below are a dialect file as it is written.

type fileDoc struct {
	Dialect     string
	Description string
	Dial        string
	Protocols   []string
	Chunk       time.Duration
	Exact       bool
	Encodings   []yamldoc.Entry[fileEncoding]
	encodingsAt diag.Pos
	Counters    []yamldoc.Entry[fileCounter]
	Timestamp   fileTimestamp
	Vars        []yamldoc.Entry[fileVar]
	Opening     []placed
	Reserved    string
	Messages    []yamldoc.Entry[fileMessage]
	Playout     filePlayout
}

func (f *fileDoc) Keys(k *yamldoc.Keys) {
	k.Key("dialect", yamldoc.Text(&f.Dialect), "What the dialect is called.", yamldoc.Required)
	k.Key("description", yamldoc.Text(&f.Description), "One or two sentences about it.")
	k.Key("dial", yamldoc.Word(&f.Dial, "platform", "app", "either"), "The side that dials. Unsaid, either.")
	k.Key("protocols", yamldoc.List(&f.Protocols, yamldoc.Text), "Subprotocols that the dialer offers.")
	k.Key("chunk", span(&f.Chunk), "How much audio a chunk usually holds.", yamldoc.Required)
	k.Key("exact", yamldoc.Flag(&f.Exact), "Whether each chunk must hold just that much.")
	k.Key("encodings", yamldoc.Placed(&f.encodingsAt, yamldoc.Dict(&f.Encodings, yamldoc.Map[fileEncoding])), "Forms of audio by the names they have on the wire. The first is used where none is said.", yamldoc.Required)
	k.Key("counters", yamldoc.Dict(&f.Counters, yamldoc.Map[fileCounter]), "Numbers that count up in each message that holds them.")
	k.Key("timestamp", yamldoc.Map(&f.Timestamp), "What {{timestamp}} counts.")
	k.Key("vars", yamldoc.Dict(&f.Vars, yamldoc.Map[fileVar]), "Values of a connection: the user gives them, or they are made up, and the other side learns them from the opening.")
	k.Key("opening", yamldoc.List(&f.Opening, word), "Messages that the platform sends when the connection opens.")
	k.Key("reserved", yamldoc.Text(&f.Reserved), "A key that only the messages below may have.")
	k.Key("messages", yamldoc.Dict(&f.Messages, yamldoc.Map[fileMessage]), "The messages by names of your choice.", yamldoc.Required)
	k.Key("playout", yamldoc.Map(&f.Playout), "The platform's playback buffer.")
}

// placed is a word with its place.
type placed struct {
	text string
	pos  diag.Pos
}

func word(p *placed) yamldoc.Shape { return yamldoc.Placed(&p.pos, yamldoc.Text(&p.text)) }

type fileEncoding struct {
	Codec string
	Rate  int
	Also  []string
}

// codecs by the words that a file uses.
var codecs = map[string]media.Codec{
	"ulaw": media.ULaw, "alaw": media.ALaw, "l16le": media.L16LE, "l16be": media.L16BE, "opaque": media.Opaque,
}

func (f *fileEncoding) Keys(k *yamldoc.Keys) {
	k.Key("codec", yamldoc.Word(&f.Codec, "ulaw", "alaw", "l16le", "l16be", "opaque"), "How samples are written. Opaque audio is passed on and not understood.", yamldoc.Required)
	k.Key("rate", yamldoc.Count(&f.Rate, 1000, 192000), "Samples per second.", yamldoc.Required)
	k.Key("also", yamldoc.OneOrMore(&f.Also, yamldoc.Text), "Other names for it, understood but not written.")
}

type fileCounter struct {
	Scope string
	From  int
}

func (f *fileCounter) Keys(k *yamldoc.Keys) {
	k.Key("scope", yamldoc.Word(&f.Scope, "connection", "stream"), "What begins anew with the first value.", yamldoc.Required)
	k.Key("from", yamldoc.Count(&f.From, 0, 1<<31-1), "The first value. Unsaid, 0.")
}

type fileTimestamp struct {
	Unit string
	Step string
}

func (f *fileTimestamp) Keys(k *yamldoc.Keys) {
	k.Key("unit", yamldoc.Word(&f.Unit, "samples", "ms"), "Samples or milliseconds since the stream began.", yamldoc.Required)
	k.Key("step", yamldoc.Word(&f.Step, "exact", "rising"), "Whether it must move by just the audio before it, or only never go back.", yamldoc.Required)
}

type fileVar struct {
	Generate string
}

func (f *fileVar) Keys(k *yamldoc.Keys) {
	k.Key("generate", yamldoc.Text(&f.Generate), "What a made-up value begins with; 32 hexadecimal digits follow.", yamldoc.Required)
}

type fileMessage struct {
	From   string
	Kind   placed
	Binary bool
	JSON   *yamldoc.Node
}

func (f *fileMessage) Keys(k *yamldoc.Keys) {
	k.Key("from", yamldoc.Word(&f.From, "platform", "app", "both"), "The side that sends it.", yamldoc.Required)
	k.Key("kind", yamldoc.Placed(&f.Kind.pos, yamldoc.Word(&f.Kind.text, kinds...)), "What it means. Unsaid, what it is called.")
	k.Key("binary", yamldoc.Flag(&f.Binary), "A binary message that holds audio and nothing else.")
	k.Key("json", tree(&f.JSON), "A text message: a JSON object with placeholders {{name|filter?}}.")
	if n := k.Node(); n != nil && f.Binary == (f.JSON != nil) {
		k.Complaints().Addf(n.Pos, "a message has either json or binary: true")
	}
}

type filePlayout struct {
	Limit         time.Duration
	LimitMessages int
	ReturnsMarks  bool
}

func (f *filePlayout) Keys(k *yamldoc.Keys) {
	k.Key("limit", span(&f.Limit), "How much audio waits at most; what exceeds it is dropped.")
	k.Key("limit_messages", yamldoc.Count(&f.LimitMessages, 1, 1_000_000), "How many messages wait at most, the one that plays among them.")
	k.Key("returns_marks", yamldoc.Flag(&f.ReturnsMarks), "Whether clearing the buffer returns the marks in it.")
}

// span takes a duration between 1ms and an hour.
func span(into *time.Duration) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		d, err := time.ParseDuration(n.Text)
		if n.Kind != yamldoc.Scalar || err != nil {
			yamldoc.Expected(n, "a duration such as 20ms", out)
			return
		}
		if d < time.Millisecond || d > time.Hour {
			out.Addf(n.Pos, "%s is not between 1ms and 1h", n.Text)
			return
		}
		*into = d
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{Type: "string"} })
}

// tree takes a mapping as it is.
func tree(into **yamldoc.Node) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind != yamldoc.Mapping {
			yamldoc.Expected(n, "a mapping", out)
			return
		}
		*into = n
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{Type: "object"} })
}

// Parse reads a dialect file. All that is wrong with it goes to out in one
// pass; the dialect is nil if anything is.
func Parse(file, text string, out *diag.List) *Dialect {
	before := out.Len()
	n := yamldoc.Parse(file, text, out)
	if n == nil {
		return nil
	}
	var f fileDoc
	yamldoc.Decode(n, yamldoc.Map(&f), out)
	d := f.build(n.Pos, text, out)
	if out.Len() > before {
		return nil
	}
	return d
}

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
		for _, name := range append([]string{e.Name}, e.Value.Also...) {
			if seen[name] {
				out.Addf(e.Pos, "the encoding %q is given twice", name)
			}
			seen[name] = true
		}
		d.encodings = append(d.encodings, Encoding{
			Name:   e.Name,
			Format: media.Format{Codec: codecs[e.Value.Codec], Rate: media.Rate(e.Value.Rate)},
			also:   e.Value.Also,
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
		if m := d.messages[i]; !m.by(Platform) || m.kind != KindStart && m.kind != KindConnected && m.kind != "" {
			out.Addf(p.pos, "the platform cannot open with %q: it must be a start or connected from the platform", p.text)
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

// placeholders that a message of a kind may and must hold, beside counters
// and variables.
var (
	allowed = map[Kind][]int{
		KindStart: {slotTag, slotEncoding, slotRate, slotCustom},
		KindMedia: {slotAudio, slotTag, slotTimestamp},
		KindStop:  {slotTag, slotOctets, slotDuration},
		KindMark:  {slotMark, slotTag},
		KindClear: {slotTag},
		KindDTMF:  {slotDigit, slotDuration},
	}
	needed = map[Kind][]int{
		KindStart: {slotEncoding},
		KindMedia: {slotAudio},
		KindMark:  {slotMark},
		KindDTMF:  {slotDigit},
	}
)

// inStream are the kinds that belong to one stream.
var inStream = []Kind{KindStart, KindMedia, KindStop}

// check holds the messages against each other.
func (f *fileDoc) check(d *Dialect, top diag.Pos, out *diag.List) {
	for i, m := range d.messages {
		pos := f.Messages[i].Pos
		if m.binary && m.kind != KindMedia {
			out.Addf(pos, "a binary message is media, not %s", m.kind)
		}
		if !m.binary && m.kind != "" {
			d.checkHoles(m, pos, f.Timestamp.Unit != "", out)
		}
		for _, o := range d.messages[:i] {
			if overlap(m, o) && m.kind == o.kind && !slices.Contains([]Kind{"", KindOther, KindConnected}, m.kind) {
				out.Addf(pos, "%q and %q are both the %s message of one side", o.name, m.name, m.kind)
			}
			if overlap(m, o) && (m.binary && o.binary || m.key != "" && m.key == o.key && m.word == o.word) {
				out.Addf(pos, "%q cannot be told from %q", m.name, o.name)
			}
		}
	}
	if f.Messages != nil && d.find(Platform, KindMedia) == nil && d.find(App, KindMedia) == nil {
		out.Addf(top, "no message of either side is media")
	}
}

func overlap(a, b *message) bool { return a.from == "" || b.from == "" || a.from == b.from }

func (d *Dialect) checkHoles(m *message, pos diag.Pos, timed bool, out *diag.List) {
	var have []int
	m.body.holes(func(h *holeSpec) {
		have = append(have, h.slot)
		if h.slot < slotOwn && !slices.Contains(allowed[m.kind], h.slot) {
			out.Addf(pos, "a %s message knows no {{%s}}", m.kind, h.name)
		}
		if i := h.slot - slotOwn; i >= 0 && i < len(d.counters) && d.counters[i].perStream && !slices.Contains(inStream, m.kind) {
			out.Addf(pos, "{{%s}} counts within a stream, but a %s message belongs to none", h.name, m.kind)
		}
		if h.slot == slotTimestamp && !timed {
			out.Addf(pos, "{{timestamp}} needs the key \"timestamp\" to say what it counts")
		}
	})
	for _, slot := range needed[m.kind] {
		if !slices.Contains(have, slot) {
			out.Addf(pos, "a %s message needs %s", m.kind, fmt.Sprintf("{{%s}}", commonNames[slot]))
		}
	}
}
