package spec

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Pattern is an event as a step expects it: its kind, and a matcher for each
// of its fields that matters.
type Pattern struct {
	Pos    diag.Pos
	Kind   string
	Fields []yamldoc.Entry[Matcher]
}

// Bind computes every ${…} of a pattern once.
func (p Pattern) Bind(env expr.Env) (Pattern, error) {
	fields := make([]yamldoc.Entry[Matcher], len(p.Fields))
	for i, f := range p.Fields {
		m, err := f.Value.Bind(env)
		if err != nil {
			return p, err
		}
		fields[i] = yamldoc.Entry[Matcher]{Name: f.Name, Pos: f.Pos, Value: m}
	}
	p.Fields = fields
	return p, nil
}

// eventFields names the fields of every kind of event and how their values are
// written. It is the table behind `expect` and docs/language.md.
var eventFields = map[string]map[string]scalarReader{
	"open": {"status": literal, "protocol": inUnit(textUnit), "extensions": inUnit(textUnit), "headers": inUnit(textUnit),
		"path": inUnit(textUnit), "query": inUnit(textUnit), "protocols": inUnit(textUnit)},
	"message": {"text": inUnit(textUnit), "json": literal, "binary": literal, "size": literal,
		"data": inUnit(textUnit), "hex": inUnit(hexUnit), "base64": inUnit(textUnit)},
	"media_started": {"tag": inUnit(textUnit), "encoding": inUnit(textUnit), "customParameters": literal},
	"media_ended":   {"tag": inUnit(textUnit), "duration": inUnit(durationUnit), "by": inUnit(textUnit)},
	"media":         {"tag": inUnit(textUnit), "size": literal, "sequence": literal, "timestamp": literal},
	"mark":          {"name": inUnit(textUnit)},
	"clear":         {"tag": inUnit(textUnit)},
	"dtmf":          {"digit": inUnit(textUnit)},
	"error": {"kind": inUnit(textUnit), "rule": inUnit(textUnit), "status": literal, "headers": inUnit(textUnit),
		"body": inUnit(textUnit), "text": inUnit(textUnit)},
	"close": {"code": literal, "reason": inUnit(textUnit), "clean": literal, "by": inUnit(textUnit),
		"tcp": inUnit(textUnit), "tls": inUnit(textUnit)},
	"ping":  frameFields(nil),
	"pong":  frameFields(nil),
	"frame": frameFields(map[string]scalarReader{"opcode": opcodeField}),
}

// frameFields are those of every frame, and more.
func frameFields(more map[string]scalarReader) map[string]scalarReader {
	fields := map[string]scalarReader{"fin": literal, "rsv": literal, "masked": literal, "mask": inUnit(hexUnit), "length_form": literal,
		"text": inUnit(textUnit), "hex": inUnit(hexUnit), "json": literal, "size": literal}
	maps.Copy(fields, more)
	return fields
}

// opcodeField reads an opcode as events give theirs: by name, if it has one.
func opcodeField(n *yamldoc.Node) (any, error) {
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
	"message": "data", "mark": "name", "clear": "tag", "dtmf": "digit", "ping": "text", "pong": "text",
	"media_started": "tag", "media_ended": "tag", "media": "tag", "close": "code", "error": "kind", "frame": "opcode",
}

// readPattern reads `kind`, or `{kind: fields}`.
func readPattern(n *yamldoc.Node, out *diag.List) Pattern {
	p := Pattern{Pos: n.Pos}
	if n.Kind == yamldoc.Scalar && !n.IsEmpty() {
		p.Kind = n.Text
		p.checkKind(out)
		return p
	}
	if len(n.Fields) != 1 {
		yamldoc.Expected(n, "one event, such as {message: hello} or close", out)
		return p
	}
	f := n.Fields[0]
	p.Pos, p.Kind = f.Key.Pos, f.Key.Text
	if !p.checkKind(out) {
		return p
	}
	known := eventFields[p.Kind]
	if f.Value.Kind != yamldoc.Mapping || isMatcher(f.Value) {
		name, ok := shorthand[p.Kind]
		if !ok {
			yamldoc.Expected(f.Value, "a mapping of fields", out)
			return p
		}
		p.add(name, f.Value.Pos, readMatcher(f.Value, known[name], out), out)
		return p
	}
	for _, field := range f.Value.Fields {
		read, ok := known[field.Key.Text]
		if !ok {
			out.Hintf(field.Key.Pos, diag.DidYouMean(field.Key.Text, words(known)), "unknown field %q of %s", field.Key.Text, p.Kind)
			continue
		}
		p.add(field.Key.Text, field.Key.Pos, readMatcher(field.Value, read, out), out)
	}
	return p
}

func (p *Pattern) add(name string, pos diag.Pos, m Matcher, out *diag.List) {
	if kind, ok := fieldKinds[p.Kind+"."+name]; ok {
		kind.check(m, p.Kind+"."+name, out)
	}
	p.Fields = append(p.Fields, yamldoc.Entry[Matcher]{Name: name, Pos: pos, Value: m})
}

func (p *Pattern) checkKind(out *diag.List) bool {
	_, ok := eventFields[p.Kind]
	if !ok {
		out.Hintf(p.Pos, diag.DidYouMean(p.Kind, words(eventFields)), "unknown event %q", p.Kind)
	}
	return ok
}

// EventFields gives the names of the fields of a kind of event, sorted.
func EventFields(kind string) []string { return words(eventFields[kind]) }

// EventKinds gives the kinds of events, sorted.
func EventKinds() []string { return words(eventFields) }

// Shorthand gives the field that a plain value of a kind of event stands for,
// or "" if the kind takes none.
func Shorthand(kind string) string { return shorthand[kind] }
