package spec

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// Pattern is an event as a step expects it: its kind, and a matcher for each
// of its fields that matters.
type Pattern struct {
	Pos    diag.Pos
	Kind   string
	Fields []yamldoc.Entry[match.Matcher]
}

// IsDial reports whether the pattern asks for a dial, which belongs to no
// connection.
func (p *Pattern) IsDial() bool { return p.Kind == "dial" }

// Bind computes every ${…} of a pattern once.
func (p Pattern) Bind(env expr.Env) (Pattern, error) {
	fields := make([]yamldoc.Entry[match.Matcher], len(p.Fields))
	for i, f := range p.Fields {
		m, err := f.Value.Bind(env)
		if err != nil {
			return p, err
		}
		fields[i] = yamldoc.Entry[match.Matcher]{Name: f.Name, Pos: f.Pos, Value: m}
	}
	p.Fields = fields
	return p, nil
}

// eventFields is the registry of fields: those of every kind of event and what
// their values can be. It is the table behind `expect` and docs/language.md.
var eventFields = map[string]fields{
	"open": named("open", fields{"status": aNumber, "protocol": aText, "extensions": someTexts, "headers": linesByName,
		"path": aText, "query": textsByName, "protocols": someTexts}),
	"message": named("message", fields{"text": aText, "json": match.InJSON, "binary": someOctets, "size": aNumber,
		"data": textOrOctets, "hex": hexDigits, "base64": aText}),
	"media_started": named("media_started", fields{"tag": aText, "encoding": aText, "customParameters": match.InJSON}),
	"media_ended": named("media_ended", fields{"tag": aText, "duration": aDuration, "by": oneOf("stop", "silence", "close"),
		"announced": anAmount, "received": anAmount}),
	"media": named("media", fields{"tag": aText, "size": aNumber, "sequence": aNumber, "timestamp": aNumber}),
	"mark":  named("mark", fields{"name": aText}),
	"clear": named("clear", fields{"tag": aText}),
	"dtmf":  named("dtmf", fields{"digit": aText}),
	"dial":  named("dial", fields{"endpoint": aText}),
	"error": named("error", fields{"rule": aText, "status": aNumber, "headers": linesByName, "body": aText, "text": aText,
		"kind": oneOf("refused", "dns", "tls", "timeout", "handshake", "protocol", "dialect", "limit", "abandoned")}),
	"close": named("close", fields{"code": aNumber, "reason": aText, "clean": aFlag, "by": oneOf("us", "peer"),
		"tcp": oneOf("fin", "reset", "timeout", "truncated", "local"), "tls": oneOf("close_notify", "none", "")}),
	"ping":  named("ping", frameFields),
	"pong":  named("pong", frameFields),
	"frame": named("frame", frameFields, fields{"opcode": anOpcode}),
}

// fields are the positions of values by the names of their fields.
type fields map[string]*match.Position

// frameFields are those of every frame.
var frameFields = fields{"fin": aFlag, "rsv": aNumber, "masked": aFlag, "mask": hexDigits, "length_form": aNumber,
	"text": aText, "hex": hexDigits, "json": match.InJSON, "size": aNumber}

// named puts tables together and gives each position the name of its field.
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
	textOrOctets = &match.Position{Of: match.Text | match.Octets, Want: "text or octets", Read: scalarIn(textUnit)}
	someTexts    = &match.Position{Of: match.List, Want: "a list of texts", Read: scalarIn(textUnit), Inner: aText}
	someLines    = &match.Position{Of: match.Text | match.List, Want: "text, or a list of texts", Read: scalarIn(textUnit), Inner: aText}
	linesByName  = &match.Position{Of: match.Named, Want: "lines by name", Read: scalarIn(textUnit), Inner: someLines}
	anAmount     = &match.Position{Of: match.Named, Want: "duration and octets", Read: value.Literal, Members: fields{"duration": aDuration, "octets": aNumber}}
	textsByName  = &match.Position{Of: match.Object, Want: "texts by name", Read: scalarIn(textUnit), Inner: someLines}
)

// oneOf is text that is one of a few words: a constant that is none of them
// could never be equal.
func oneOf(words ...string) *match.Position {
	return &match.Position{Of: match.Text, Want: "one of " + strings.Join(words, ", "), Words: words, Read: value.Literal}
}

// computedHex reads what a ${…} gave as digits are written.
func computedHex(v any) (any, error) {
	if s, ok := v.(string); ok {
		return readHex(s)
	}
	return v, nil
}

// opcodeScalar reads an opcode as events give theirs: by name, if it has one.
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
	return json.Number(strconv.Itoa(op)), nil // 011 is 11
}

// shorthand is the field that a plain value of an event stands for.
var shorthand = map[string]string{
	"message": "data", "mark": "name", "clear": "tag", "dtmf": "digit", "dial": "endpoint", "ping": "text", "pong": "text",
	"media_started": "tag", "media_ended": "tag", "media": "tag", "close": "code", "error": "kind", "frame": "opcode",
}

// readPattern reads `kind`, or `{kind: fields}`. Where other words may stand, an
// unknown kind may be a misspelling of one.
func readPattern(n *yamldoc.Node, out *diag.List, others ...string) Pattern {
	p := Pattern{Pos: n.Pos}
	kinds := func() []string { return append(EventKinds(), others...) }
	if n.Kind == yamldoc.Scalar && !n.IsEmpty() {
		p.Kind = n.Text
		if _, ok := eventFields[p.Kind]; !ok {
			out.Unknown(p.Pos, p.Kind, kinds(), "unknown event %q", p.Kind)
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
	if f.Value.Kind != yamldoc.Mapping || match.IsMatcher(f.Value) {
		name, ok := shorthand[p.Kind]
		if !ok {
			yamldoc.Expected(f.Value, "a mapping of fields", out)
			return p
		}
		p.add(name, f.Value.Pos, match.Read(f.Value, known[name], out))
		return p
	}
	p.Fields = make([]yamldoc.Entry[match.Matcher], 0, len(f.Value.Fields))
	for _, field := range f.Value.Fields {
		at, ok := known[field.Key.Text]
		if !ok {
			out.Hintf(field.Key.Pos, diag.DidYouMean(field.Key.Text, words(known)), "unknown field %q of %s", field.Key.Text, p.Kind)
			continue
		}
		p.add(field.Key.Text, field.Key.Pos, match.Read(field.Value, at, out))
	}
	return p
}

func (p *Pattern) add(name string, pos diag.Pos, m match.Matcher) {
	p.Fields = append(p.Fields, yamldoc.Entry[match.Matcher]{Name: name, Pos: pos, Value: m})
}

// EventFields gives the names of the fields of a kind of event, sorted.
func EventFields(kind string) []string { return words(eventFields[kind]) }

// EventKinds gives the kinds of events, sorted.
func EventKinds() []string { return words(eventFields) }

// Shorthand gives the field that a plain value of a kind of event stands for,
// or "" if the kind takes none.
func Shorthand(kind string) string { return shorthand[kind] }

// Schemas gives the schemas that a pattern holds an event against.
func (p *Pattern) Schemas() []*match.Schema {
	var out []*match.Schema
	for i := range p.Fields {
		out = append(out, schemas(&p.Fields[i].Value)...)
	}
	return out
}

// schemas gives the schemas of a matcher.
func schemas(m *match.Matcher) []*match.Schema {
	var out []*match.Schema
	m.Visit(func(m *match.Matcher) {
		if m.Schema != nil {
			out = append(out, m.Schema)
		}
	})
	return out
}
