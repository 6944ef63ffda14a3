package spec

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// ValueSchema is the operand of `$schema`: a JSON Schema that stands in the suite,
// or the path of a file that holds one, which [ValueSchema.Load] reads.
type ValueSchema struct {
	Pos      diag.Pos
	File     string // "" where the schema stands in the suite
	compiled *jsonschema.Schema
}

// Validate gives what a value violates, a *jsonschema.ValidationError, or nil.
// A schema that could not be had allows nothing.
func (s *ValueSchema) Validate(value any) error {
	if s.compiled == nil {
		return fmt.Errorf("the schema %s was not read", s.File)
	}
	return s.compiled.Validate(value)
}

func readSchema(v *yamldoc.Node, out *diag.List) *ValueSchema {
	s := &ValueSchema{Pos: v.Pos}
	switch {
	case strings.Contains(v.Text, "${"):
		out.Addf(v.Pos, "the file of a schema is not computed from ${…}")
	case v.Kind == yamldoc.Scalar && !v.IsEmpty():
		s.File = v.Text
	case v.Kind != yamldoc.Mapping:
		yamldoc.Expected(v, "a JSON Schema, or the path of a file that holds one", out)
	default:
		data := readData(v, literal, out)
		if at := data.computed(); at != nil {
			out.Addf(at.Pos, "a schema is not computed from ${…}")
			return s
		}
		text, err := data.MarshalJSON()
		if err != nil {
			out.Add(diag.At(v.Pos, err))
			return s
		}
		const here = "suite:///schema.json"
		s.compile(here, func(url string) ([]byte, error) {
			if url != here {
				return nil, fmt.Errorf("a schema in a suite cannot refer to %s", url)
			}
			return text, nil
		}, out)
	}
	return s
}

// Load reads the schema from its file, and what it refers to: read gives the
// content of a URL, which for the file itself is url. What is wrong is
// complained of.
func (s *ValueSchema) Load(url string, read func(url string) ([]byte, error), out *diag.List) {
	if s.compiled == nil {
		s.compile(url, read, out)
	}
}

func (s *ValueSchema) compile(url string, read func(url string) ([]byte, error), out *diag.List) {
	c := jsonschema.NewCompiler()
	c.UseLoader(loader(func(url string) (any, error) {
		data, err := read(url)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err == nil {
			s.checkKeywords(doc, out)
		}
		return doc, err
	}))
	var err error
	if s.compiled, err = c.Compile(url); err != nil {
		out.Addf(s.Pos, "this is no JSON Schema: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

// loader reads what a schema refers to.
type loader func(url string) (any, error)

// Load gives the JSON of a URL.
func (l loader) Load(url string) (any, error) { return l(url) }

// keywords are those of JSON Schema, drafts 4 to 2020-12.
var keywords = strings.Fields(`$schema $id id $ref $anchor $dynamicRef $dynamicAnchor $recursiveRef $recursiveAnchor $vocabulary
	$comment $defs definitions allOf anyOf oneOf not if then else dependentSchemas dependencies dependentRequired prefixItems items
	additionalItems contains minContains maxContains unevaluatedItems properties patternProperties additionalProperties
	propertyNames unevaluatedProperties type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength
	minLength pattern maxItems minItems uniqueItems maxProperties minProperties required format contentEncoding
	contentMediaType contentSchema title description default deprecated readOnly writeOnly examples`)

// checkKeywords complains of what is nearly a keyword: JSON Schema ignores words
// that it does not know, so that a typo would allow everything.
func (s *ValueSchema) checkKeywords(doc any, out *diag.List) {
	switch doc := doc.(type) {
	case []any:
		for _, item := range doc {
			s.checkKeywords(item, out)
		}
	case map[string]any:
		for _, word := range slices.Sorted(maps.Keys(doc)) {
			if near, ok := diag.Nearest(word, keywords); ok && !slices.Contains(keywords, word) {
				out.Hintf(s.Pos, fmt.Sprintf("did you mean %q?", near), "unknown keyword %q in the JSON Schema", word)
			}
			switch word {
			case "enum", "const", "default", "examples", "dependentRequired":
			case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies":
				named, _ := doc[word].(map[string]any)
				for _, name := range slices.Sorted(maps.Keys(named)) {
					s.checkKeywords(named[name], out)
				}
			default:
				s.checkKeywords(doc[word], out)
			}
		}
	}
}

// schemas visits the schemas of a matcher.
func (m *Matcher) schemas(visit func(*ValueSchema)) {
	if m.Schema != nil {
		visit(m.Schema)
	}
	for i := range m.Items {
		m.Items[i].schemas(visit)
	}
	for i := range m.Fields {
		m.Fields[i].Value.schemas(visit)
	}
	for i := range m.Paths {
		m.Paths[i].Matcher.schemas(visit)
	}
}

// Schemas visits the schemas that a pattern holds an event against.
func (p *Pattern) Schemas(visit func(*ValueSchema)) {
	for i := range p.Fields {
		p.Fields[i].Value.schemas(visit)
	}
}

// Schemas visits the schemas that a step itself holds something against; those
// of the steps in a block are theirs.
func (s *Step) Schemas(visit func(*ValueSchema)) {
	switch a := s.Action.(type) {
	case *Expect:
		for i := range a.Items {
			a.Items[i].Pattern.Schemas(visit)
		}
	case *Assert:
		for i := range a.Comparisons {
			a.Comparisons[i].Matcher.schemas(visit)
		}
	case *Listener:
		a.When.Schemas(visit)
	}
}
