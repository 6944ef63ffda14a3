package spec

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// Pattern is an event that a step expects: its kind, and a matcher for each
// field that matters.
type Pattern struct {
	Pos    diag.Pos
	Kind   string
	Fields []yamldoc.Entry[match.Matcher]
	Cut    *Cut // of a stream, else nil
	plain  bool // it is one value that is kept under a name, and may be a mapping of fields
}

// Reads gives the kind of the events that the pattern looks at. A piece of a
// stream comes in messages.
func (p *Pattern) Reads() string {
	if p.Kind == "stream" {
		return "message"
	}
	return p.Kind
}

// OnEndpoint reports whether the pattern asks for something that comes on an
// endpoint: a dial, or a request over plain HTTP. It belongs to no connection.
func (p *Pattern) OnEndpoint() bool { return OnEndpoint(p.Kind) }

// OnEndpoint reports whether events of a kind come on endpoints.
func OnEndpoint(kind string) bool { return kind == "dial" || kind == "request" }

// Bind gives the pattern with every ${…} computed.
func (p Pattern) Bind(env expr.Env) (Pattern, error) {
	if p.plain {
		return p.bindPlain(env)
	}
	fields := make([]yamldoc.Entry[match.Matcher], len(p.Fields))
	for i, f := range p.Fields {
		m, err := f.Value.Bind(env)
		if err != nil {
			return p, err
		}
		fields[i] = yamldoc.Entry[match.Matcher]{Name: f.Name, Pos: f.Pos, Value: m}
	}
	p.Fields = fields
	if p.Cut == nil {
		return p, nil
	}
	var err error
	p.Cut, err = p.Cut.Bind(env)
	return p, err
}

// bindPlain binds a pattern of one value. That may give the fields of the event by their
// names.
func (p Pattern) bindPlain(env expr.Env) (Pattern, error) {
	f := p.Fields[0]
	var err error
	if f.Value.Data, err = f.Value.Data.Bind(env); err != nil {
		return p, err
	}
	given, ok := f.Value.Data.Value().(*expr.Mapping)
	if !ok {
		f.Value, err = f.Value.Bind(env)
		p.Fields = []yamldoc.Entry[match.Matcher]{f}
		return p, err
	}
	p.Fields = nil
	for name, v := range given.All() {
		at, ok := eventFields[p.Kind][name]
		if !ok {
			return p, unknownField(f.Pos, name, p.Kind, words(eventFields[p.Kind]))
		}
		m, err := match.Given(v, f.Pos, at, env)
		if err != nil {
			return p, err
		}
		p.add(name, f.Pos, m)
	}
	return p, nil
}

func unknownField(pos diag.Pos, name, of string, known []string) diag.Diagnostic {
	return diag.New(pos, diag.DidYouMean(name, known), "unknown field %q of %s", name, of)
}

// eventFields is the registry of the fields of events: by the kind of event and
// the name of the field, what its value can be. `expect` and docs/language.md
// rely on it.
var eventFields = map[string]fields{
	"open": named("open", fields{"status": aNumber, "protocol": aText, "extensions": someTexts, "headers": linesByName,
		"tls": oneOf("TLS 1.2", "TLS 1.3", ""), "path": aText, "query": textsByName, "protocols": someTexts}),
	"message": named("message", fields{"text": aText, "json": match.InJSON, "binary": someOctets, "size": aNumber,
		"data": textOrOctets, "hex": hexDigits, "base64": aText,
		"msgpack": match.InMsgpack, "cbor": match.InCBOR, "protobuf": aProto}),
	"stream": named("stream", fields{"text": aText, "json": match.InJSON, "binary": someOctets, "hex": hexDigits, "base64": aText,
		"size": aNumber, "type": oneOf("text", "binary")}),
	"media_started": named("media_started", fields{"tag": aText, "encoding": aText, "customParameters": match.InJSON}),
	"media_ended": named("media_ended", fields{"tag": aText, "duration": aDuration, "by": oneOf("stop", "silence", "close"),
		"announced": anAmount, "received": anAmount}),
	"media": named("media", fields{"tag": aText, "size": aNumber, "sequence": aNumber, "timestamp": aNumber}),
	"mark":  named("mark", fields{"name": aText}),
	"clear": named("clear", fields{"tag": aText}),
	"dtmf":  named("dtmf", fields{"digit": aText}),
	"dial":  named("dial", fields{"endpoint": aText}),
	"request": named("request", fields{"endpoint": aText, "method": aText, "path": aText, "query": textsByName, "headers": linesByName,
		"text": aText, "json": match.InJSON, "form": textsByName, "hex": hexDigits, "size": aNumber}),
	"error": named("error", fields{"rule": aText, "status": aNumber, "headers": linesByName, "body": aText, "text": aText,
		"kind": oneOf("refused", "dns", "tls", "timeout", "handshake", "protocol", "dialect", "limit", "abandoned")}),
	"close": named("close", fields{"code": aNumber, "reason": aText, "clean": aFlag, "by": oneOf("us", "peer", "network"),
		"tcp": oneOf("fin", "reset", "timeout", "truncated", "local"), "tls": oneOf("close_notify", "none", "")}),
	"ping":  named("ping", frameFields),
	"pong":  named("pong", frameFields),
	"frame": named("frame", frameFields, fields{"opcode": anOpcode}),
}

// fields gives the positions of values by the names of the fields.
type fields map[string]*match.Position

// frameFields are the fields of every event that is a frame.
var frameFields = fields{"fin": aFlag, "rsv": aNumber, "masked": aFlag, "mask": hexDigits, "length_form": aNumber,
	"text": aText, "hex": hexDigits, "json": match.InJSON, "size": aNumber}

// named joins tables, and gives each position the name of its field.
func named(kind string, tables ...fields) fields {
	out := fields{}
	for _, table := range tables {
		for name, at := range table {
			p := *at
			p.Name = kind + "." + name
			out[name] = &p
		}
	}
	return out
}

// What the value of a field can be.
var (
	aText        = match.Textual
	aNumber      = &match.Position{Of: match.Number, Want: "a number", Read: value.Literal}
	aFlag        = &match.Position{Of: match.Boolean, Want: "true or false", Read: value.Literal}
	aDuration    = &match.Position{Of: match.Duration, Want: "a duration", Read: scalarIn(durationUnit)}
	anOpcode     = &match.Position{Of: match.Text | match.Number, Want: "an opcode", Read: opcodeScalar}
	hexDigits    = &match.Position{Of: match.Text, Want: "text in hexadecimal digits", Read: scalarIn(hexUnit), Computed: computedHex, Step: 2}
	someOctets   = &match.Position{Of: match.Octets, Want: "octets", Read: value.Literal}
	aProto       = &match.Position{Of: match.Octets, Want: "a message of Protocol Buffers", Read: value.Literal}
	textOrOctets = &match.Position{Of: match.Text | match.Octets, Want: "text or octets", Read: scalarIn(textUnit)}
	someTexts    = &match.Position{Of: match.List, Want: "a list of texts", Read: scalarIn(textUnit), Inner: aText}
	someLines    = &match.Position{Of: match.Text | match.List, Want: "text, or a list of texts", Read: scalarIn(textUnit), Inner: aText}
	linesByName  = &match.Position{Of: match.Named, Want: "lines by name", Read: scalarIn(textUnit), Inner: someLines}
	anAmount     = &match.Position{Of: match.Named, Want: "duration and octets", Read: value.Literal, Members: fields{"duration": aDuration, "octets": aNumber}}
	textsByName  = &match.Position{Of: match.Object, Want: "texts by name", Read: scalarIn(textUnit), Inner: someLines}
)

// oneOf is text that is one of a few words. Any other constant is refused,
// because it could never be equal.
func oneOf(words ...string) *match.Position {
	return &match.Position{Of: match.Text, Want: "one of " + strings.Join(words, ", "), Words: words, Read: value.Literal}
}

// computedHex gives a computed text in the form in which written digits are
// kept.
func computedHex(v any) (any, error) {
	if s, ok := v.(string); ok {
		return readHex(s)
	}
	return v, nil
}

// opcodeScalar gives an opcode as events give theirs: its name, or its number if
// it has no name.
func opcodeScalar(n *yamldoc.Node) (any, error) {
	op, err := readOpcode(n.Text)
	if err != nil {
		return nil, err
	}
	for name, number := range opcodes {
		if number == op {
			return name, nil
		}
	}
	return json.Number(strconv.Itoa(op)), nil // the number without leading zeros: 011 becomes 11
}

// shorthand gives the field for which a plain value of an event stands.
var shorthand = map[string]string{
	"message": "data", "mark": "name", "clear": "tag", "dtmf": "digit", "dial": "endpoint", "request": "path", "ping": "text", "pong": "text",
	"media_started": "tag", "media_ended": "tag", "media": "tag", "close": "code", "error": "kind", "frame": "opcode",
}

// readPattern reads `kind`, or `{kind: fields}`. others are further words that
// may stand here: a complaint about an unknown kind may propose one of them.
func readPattern(n *yamldoc.Node, out *diag.List, others ...string) Pattern {
	p := Pattern{Pos: n.Pos}
	kinds := func() []string { return append(EventKinds(), others...) }
	if n.Kind == yamldoc.Scalar && !n.IsEmpty() {
		p.Kind = n.Text
		switch _, ok := eventFields[p.Kind]; {
		case !ok:
			out.Unknown(p.Pos, p.Kind, kinds(), "unknown event %q", p.Kind)
		case p.Kind == "stream":
			p.readStream(&yamldoc.Node{Kind: yamldoc.Mapping, Pos: n.Pos}, nil, out)
		}
		return p
	}
	if len(n.Fields) != 1 {
		yamldoc.Expected(n, "one event, such as {message: hello} or close", out)
		return p
	}
	f := n.Fields[0]
	p.Pos, p.Kind = f.Key.Pos, f.Key.Text
	known, ok := eventFields[p.Kind]
	if !ok {
		out.UnknownKey(p.Pos, p.Kind, kinds(), f.Value.Words(), "unknown event %q", p.Kind)
		return p
	}
	if p.Kind == "stream" {
		p.readStream(f.Value, known, out)
		return p
	}
	if f.Value.Kind != yamldoc.Mapping || value.IsMatcher(f.Value) {
		name, ok := shorthand[p.Kind]
		if !ok {
			yamldoc.Expected(f.Value, "a mapping of fields", out)
			return p
		}
		p.add(name, f.Value.Pos, match.Read(f.Value, known[name], out))
		p.plain = p.Fields[0].Value.Data.Kept() != nil
		return p
	}
	p.readFields(f.Value, known, p.Kind, out)
	return p
}

// readFields reads a mapping of fields that can be known of something.
func (p *Pattern) readFields(n *yamldoc.Node, known fields, of string, out *diag.List) {
	p.Fields = make([]yamldoc.Entry[match.Matcher], 0, len(n.Fields))
	for _, field := range n.Fields {
		at, ok := known[field.Key.Text]
		if !ok {
			out.Add(unknownField(field.Key.Pos, field.Key.Text, of, p.words(known)))
			continue
		}
		read := match.Read
		if field.Key.Text == "protobuf" {
			read = match.ReadProto
		}
		p.add(field.Key.Text, field.Key.Pos, read(field.Value, at, out))
	}
}

// words gives what may stand among the fields.
func (p *Pattern) words(known fields) []string {
	if p.Kind != "stream" {
		return words(known)
	}
	return slices.Sorted(slices.Values(append(words(known), "until", "length")))
}

func (p *Pattern) add(name string, pos diag.Pos, m match.Matcher) {
	p.Fields = append(p.Fields, yamldoc.Entry[match.Matcher]{Name: name, Pos: pos, Value: m})
}

// EventFields gives the names of the fields of a kind of event, sorted. An answer
// has fields too, though no step reads it as an event.
func EventFields(kind string) []string {
	if kind == "answer" {
		return words(answerFields)
	}
	return words(eventFields[kind])
}

// EventKinds gives the kinds of events, sorted.
func EventKinds() []string { return words(eventFields) }

// Shorthand gives the field for which a plain value of that kind of event
// stands, or "" if the kind takes no plain value.
func Shorthand(kind string) string { return shorthand[kind] }

// Matchers gives what the fields of the event are held against.
func (p *Pattern) Matchers() []*match.Matcher {
	var out []*match.Matcher
	for i := range p.Fields {
		out = append(out, &p.Fields[i].Value)
	}
	return out
}

// Message gives what reads the octets of the event as the message of Protocol Buffers that the
// pattern asks for, or nil.
func (p *Pattern) Message() match.Decoder {
	for i := range p.Fields {
		if proto := p.Fields[i].Value.Proto; proto != nil {
			return proto.Decoder()
		}
	}
	return nil
}
