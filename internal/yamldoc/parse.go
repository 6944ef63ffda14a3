// Package yamldoc is the program's only access to YAML. [Parse] turns a text
// into a tree in which everything keeps its place. [Decode] reads such a tree
// into typed values by means of shapes ([Text], [List], [Map], …). The same
// shapes describe themselves as JSON Schema, so a type names each of its keys
// only once. The package resolves no tags and knows nothing of scenarios.
package yamldoc

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
	yaml "go.yaml.in/yaml/v4"
)

// Limits of one document. They protect against files that are made to exhaust
// memory.
const (
	MaxOctets = 4 << 20 // octets of a file
	MaxNodes  = 200_000 // nodes after aliases are expanded
	MaxDepth  = 100     // depth of nesting
)

// Kind is the form of a node.
type Kind uint8

// The three forms.
const (
	Scalar Kind = iota
	Mapping
	Sequence
)

// Node is a YAML value with its place. It does not change after Parse.
type Node struct {
	Kind   Kind
	Quoted bool // of a scalar: quoted, or a block; such a scalar is always text
	Flow   bool // of a mapping or sequence: written in braces or brackets
	exact  bool // the source at Pos is exactly Text
	Pos    diag.Pos
	Text   string // of a scalar: its text without quotes
	Items  []*Node
	Fields []Field
}

// Field is one entry of a mapping.
type Field struct {
	Key   *Node
	Value *Node
}

// Get gives the value of a key, or nil.
func (n *Node) Get(key string) *Node {
	for _, f := range n.Fields {
		if f.Key.Text == key {
			return f.Value
		}
	}
	return nil
}

// Words gives all texts in a node: keys and scalars.
func (n *Node) Words() []string {
	if n.Kind == Scalar {
		return []string{n.Text}
	}
	var out []string
	for _, item := range n.Items {
		out = append(out, item.Words()...)
	}
	for _, f := range n.Fields {
		out = append(out, f.Words()...)
	}
	return out
}

// Words gives all texts in an entry.
func (f Field) Words() []string { return append(f.Value.Words(), f.Key.Text) }

// IsEmpty reports whether a scalar was left out, as after "key:".
func (n *Node) IsEmpty() bool { return n.Kind == Scalar && n.Text == "" && !n.Quoted }

// At gives the place of octets [offset, offset+length) of a scalar's text. If
// quoting or line breaks hide it, it gives the place of the scalar.
func (n *Node) At(offset, length int) diag.Pos {
	if !n.exact || offset < 0 || offset > len(n.Text) {
		return n.Pos
	}
	p := n.Pos
	if n.Quoted {
		p.Col++
	}
	p.Col += utf8.RuneCountInString(n.Text[:offset])
	p.Len = utf8.RuneCountInString(n.Text[offset:min(len(n.Text), offset+max(length, 0))])
	return p
}

// Parse reads one document. It complains about everything that is not a tree of
// plain scalars, mappings with distinct text keys, and sequences: about tags,
// merge keys, recursive aliases, more nodes than [MaxNodes]. It gives nil if
// nothing could be read.
func Parse(file, text string, out *diag.List) *Node {
	top := diag.Pos{File: file, Line: 1, Col: 1}
	if len(text) > MaxOctets {
		out.Addf(top, "the file has %d octets, more than the %d allowed", len(text), MaxOctets)
		return nil
	}
	if !checkText(file, text, out) {
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load([]byte(text), &doc); err != nil {
		out.Add(syntaxError(file, text, err))
		return nil
	}
	b := builder{file: file, lines: strings.Split(text, "\n"), out: out}
	before := out.Len()
	n := b.build(doc.Content[0], 0)
	if b.nodes > MaxNodes || out.Len() > before && n == nil {
		return nil
	}
	return n
}

// checkText refuses characters that YAML forbids. The library gives no place for
// them.
func checkText(file, text string, out *diag.List) bool {
	line, col := 1, 1
	for i, r := range text {
		bad := r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
			out.Addf(diag.Pos{File: file, Line: line, Col: col, Len: 1}, "octet 0x%02x is not UTF-8", text[i])
			return false
		}
		if bad {
			out.Hintf(diag.Pos{File: file, Line: line, Col: col, Len: 1},
				fmt.Sprintf(`write "\x%02x" in double quotes`, r), "control character 0x%02x in YAML", r)
			return false
		}
		col++
		if r == '\n' {
			line, col = line+1, 1
		}
	}
	return true
}

// syntaxError gives an error of the library as a complaint in our words.
func syntaxError(file, text string, err error) diag.Diagnostic {
	d := diag.Diagnostic{Pos: diag.Pos{File: file, Line: 1, Col: 1, Len: 1}, Message: err.Error()}
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		return d
	}
	d.Message = strings.TrimPrefix(le.Message, "yaml: ")
	if le.Mark.Line > 0 {
		d.Pos.Line, d.Pos.Col = le.Mark.Line, max(1, le.Mark.Column)
	}
	switch {
	case strings.Contains(d.Message, "incompatible YAML document"):
		d.Message, d.Hint = "the line %YAML is not read", "leave it out; suites are YAML 1.2 anyhow"
	case strings.Contains(d.Message, "invalid Unicode character escape"):
		d.Hint = "YAML has no surrogate pairs as JSON has: write the character itself, or \\U0001F600 for \\ud83d\\ude00"
	case strings.Contains(d.Message, "no documents"):
		d.Message = "the file is empty"
	case strings.Contains(d.Message, "found multiple"):
		d.Message, d.Hint = "the file holds more than one document", "one file is one suite; remove the line ---"
		for i, l := range strings.Split(text, "\n") {
			if i > 0 && strings.HasPrefix(l, "---") {
				d.Pos.Line, d.Pos.Len = i+1, 3
				break
			}
		}
	default:
		if le.ContextMsg != "" {
			d.Message += " " + le.ContextMsg
		}
		if le.ContextMark.Line > 0 && le.ContextMark.Line != d.Pos.Line {
			d.Context = diag.Pos{File: file, Line: le.ContextMark.Line}
		}
		lines := strings.Split(text, "\n")
		if i := d.Pos.Line - 1; i < len(lines) && strings.Contains(lines[i], "${") {
			d.Hint = `inside {…} or […] put quotes around "${…}"`
		}
	}
	return d
}

// builder makes our nodes of those of the library.
type builder struct {
	file  string
	lines []string
	out   *diag.List
	nodes int
	open  []*yaml.Node // the targets of aliases that are being expanded, to find a cycle

	line, column int    // where the last call of rest was
	behind       string // the line from there on
}

func (b *builder) pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: b.file, Line: n.Line, Col: n.Column, Len: 1}
}

func (b *builder) build(n *yaml.Node, depth int) *Node {
	b.nodes++
	if b.nodes > MaxNodes {
		if b.nodes == MaxNodes+1 {
			b.out.Addf(b.pos(n), "the file has more than %d values once its aliases are expanded", MaxNodes)
		}
		return nil
	}
	if depth > MaxDepth {
		b.out.Addf(b.pos(n), "values are nested more than %d deep", MaxDepth)
		return nil
	}
	if n.Style&yaml.TaggedStyle != 0 {
		b.out.Hintf(b.pos(n), "leave the tag out; quote the value if it is text", "a tag (%s) is not understood", n.Tag)
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return b.alias(n, depth)
	case yaml.MappingNode:
		return b.mapping(n, depth)
	case yaml.SequenceNode:
		out := &Node{Kind: Sequence, Pos: b.pos(n), Flow: n.Style&yaml.FlowStyle != 0}
		for _, c := range n.Content {
			item := b.build(c, depth+1)
			if item == nil {
				return nil
			}
			out.Items = append(out.Items, item)
		}
		return out
	}
	return b.scalar(n)
}

func (b *builder) alias(n *yaml.Node, depth int) *Node {
	for _, o := range b.open {
		if o == n.Alias {
			b.out.Addf(b.pos(n), "the alias *%s stands inside what it names", n.Value)
			return nil
		}
	}
	b.open = append(b.open, n.Alias)
	defer func() { b.open = b.open[:len(b.open)-1] }()
	return b.build(n.Alias, depth+1)
}

func (b *builder) mapping(n *yaml.Node, depth int) *Node {
	out := &Node{Kind: Mapping, Pos: b.pos(n), Flow: n.Style&yaml.FlowStyle != 0, Fields: make([]Field, 0, len(n.Content)/2)}
	seen := make(map[string]*Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Kind != yaml.ScalarNode {
			b.out.Addf(b.pos(n.Content[i]), "a key must be text")
			return nil
		}
		key := b.scalar(n.Content[i])
		if n.Content[i].ShortTag() == "!!merge" {
			b.out.Hintf(key.Pos, "repeat the keys, or use `sequences`", "the merge key << is not part of YAML 1.2")
			return nil
		}
		if first := seen[key.Text]; first != nil {
			b.out.Add(diag.Diagnostic{Pos: key.Pos, Context: first.Pos, Message: fmt.Sprintf("key %q is given twice; first at line %d", key.Text, first.Pos.Line)})
			return nil
		}
		seen[key.Text] = key
		value := b.build(n.Content[i+1], depth+1)
		if value == nil {
			return nil
		}
		if value.IsEmpty() {
			value.Pos = key.Pos
		}
		out.Fields = append(out.Fields, Field{Key: key, Value: value})
	}
	return out
}

func (b *builder) scalar(n *yaml.Node) *Node {
	const quotes = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	out := &Node{Kind: Scalar, Pos: b.pos(n), Text: n.Value, Quoted: n.Style&quotes != 0}
	if n.Line < 1 || n.Line > len(b.lines) {
		return out
	}
	rest := b.rest(n.Line, n.Column)
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		out.Pos.Len = 1
	case out.Quoted && len(rest) > 0 && strings.HasPrefix(rest[1:], n.Value):
		out.exact = true
		out.Pos.Len = utf8.RuneCountInString(n.Value) + 2
	case !out.Quoted && strings.HasPrefix(rest, n.Value):
		out.exact = true
		out.Pos.Len = max(1, utf8.RuneCountInString(n.Value))
	}
	return out
}

// rest gives the text of a line from a column on. It continues from the last
// call, because a generated file may be one line of a million columns.
func (b *builder) rest(line, column int) string {
	if line != b.line || column < b.column {
		b.line, b.column, b.behind = line, 1, b.lines[line-1]
	}
	for i := range b.behind {
		if b.column == column {
			b.behind = b.behind[i:]
			return b.behind
		}
		b.column++
	}
	b.line = 0
	return ""
}
