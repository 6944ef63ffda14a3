package dialect

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/media"
)

// fileDoc and the types below are a dialect file as it is written.

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

// placed is a word and its place.
type placed struct {
	text string
	pos  diag.Pos
}

func word(p *placed) yamldoc.Shape { return yamldoc.Placed(&p.pos, yamldoc.Text(&p.text)) }

type fileEncoding struct {
	Codec string
	Rate  int
	Also  []string
	Alias []string
}

// codecs gives the codecs by their names in a file.
var codecs = map[string]media.Codec{
	"ulaw": media.ULaw, "alaw": media.ALaw, "l16le": media.L16LE, "l16be": media.L16BE, "opaque": media.Opaque,
}

func (f *fileEncoding) Keys(k *yamldoc.Keys) {
	k.Key("codec", yamldoc.Word(&f.Codec, "ulaw", "alaw", "l16le", "l16be", "opaque"), "How samples are written. Opaque audio is passed on and not understood.", yamldoc.Required)
	k.Key("rate", yamldoc.Count(&f.Rate, 1000, 192000), "Samples per second.", yamldoc.Required)
	k.Key("also", yamldoc.OneOrMore(&f.Also, yamldoc.Text), "Other names for it on the wire, understood but not written.")
	k.Key("alias", yamldoc.OneOrMore(&f.Alias, yamldoc.Text), "Other names for it in a suite; the wire knows them not.")
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
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if f.Binary == (f.JSON != nil) {
			out.Addf(n.Pos, "a message has either json or binary: true")
		}
	})
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

// span takes a duration from 1ms to 1h.
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

// tree takes a mapping without decoding it.
func tree(into **yamldoc.Node) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind != yamldoc.Mapping {
			yamldoc.Expected(n, "a mapping", out)
			return
		}
		*into = n
	}, func(*yamldoc.Defs) *yamldoc.Schema { return &yamldoc.Schema{Type: "object"} })
}

// Parse reads a dialect file. It adds all complaints to out in one pass, and
// gives nil if there are any.
func Parse(file, text string, out *diag.List) *Dialect {
	before := out.Len()
	n := yamldoc.Parse(file, text, out)
	if n == nil {
		return nil
	}
	var f fileDoc
	yamldoc.Decode(n, yamldoc.Map(&f), out)
	if !f.checkSize(n.Pos, out) {
		return nil
	}
	d := f.build(n.Pos, text, out)
	if out.Len() > before {
		return nil
	}
	return d
}
