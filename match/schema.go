package match

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Schema is the operand of `$schema`: a JSON Schema in the suite, or the path of
// a file with one, which [Schema.Load] reads.
type Schema struct {
	Pos      diag.Pos
	File     string // "" if the schema stands in the suite
	compiled *jsonschema.Schema
}

// Validate gives the violations of a value as a *jsonschema.ValidationError, or
// nil. A schema that could not be read gives another error for every value.
func (s *Schema) Validate(value any) error {
	if s.compiled == nil {
		return fmt.Errorf("the schema %s was not read", s.File)
	}
	return s.compiled.Validate(value)
}

// bySchema is $schema.
type bySchema struct{}

func (bySchema) read(r reader, m *Matcher, v *yamldoc.Node) { m.Schema = readSchema(v, r.out) }

func (bySchema) describe(*Matcher) string { return "a value that the schema allows" }

// ask holds a value against a JSON Schema. Every violation is a mismatch.
func (bySchema) ask(m *Matcher, v any, at *place, to *asking) answer {
	if err := expr.Jsonable(expr.Plain(v)); err != nil {
		return cannot(err.Error())
	}
	err := m.Schema.Validate(expr.Unordered(expr.Plain(v)))
	var violations *jsonschema.ValidationError
	switch {
	case err == nil:
		return yes
	case !errors.As(err, &violations):
		return cannot(reason(err))
	}
	m.tell(violations, at, to)
	return no
}

// tell tells the violations that have no further cause.
func (m *Matcher) tell(e *jsonschema.ValidationError, at *place, to *asking) {
	for _, c := range e.Causes {
		m.tell(c, at, to)
	}
	if len(e.Causes) > 0 {
		return
	}
	for _, name := range e.InstanceLocation {
		at = at.then("." + name)
	}
	to.tell(m, at, Describe(*m), e.ErrorKind.LocalizedString(english), "")
}

var english = message.NewPrinter(language.English)

func readSchema(v *yamldoc.Node, out *diag.List) *Schema {
	s := &Schema{Pos: v.Pos}
	switch {
	case strings.Contains(v.Text, "${"):
		out.Addf(v.Pos, "the file of a schema is not computed from ${…}")
	case v.Kind == yamldoc.Scalar && !v.IsEmpty():
		s.File = v.Text
	case v.Kind != yamldoc.Mapping:
		yamldoc.Expected(v, "a JSON Schema, or the path of a file that holds one", out)
	default:
		s.written(v, out)
	}
	return s
}

// written compiles a schema that stands in the suite.
func (s *Schema) written(v *yamldoc.Node, out *diag.List) {
	data := value.Read(v, value.Literal, out)
	if at := data.Computed(); at != nil {
		out.Addf(at.Pos, "a schema is not computed from ${…}")
		return
	}
	const here = "suite:///schema.json"
	s.compile(here, func(url string) ([]byte, error) {
		if url != here {
			return nil, fmt.Errorf("a schema in a suite cannot refer to %s", url)
		}
		return data.MarshalJSON()
	}, out)
}

// Load reads the schema from its file, and the files that it refers to. url is
// that of the file, and read gives the content of a URL. Complaints go to out.
func (s *Schema) Load(url string, read func(url string) ([]byte, error), out *diag.List) {
	if s.compiled == nil {
		s.compile(url, read, out)
	}
}

func (s *Schema) compile(url string, read func(url string) ([]byte, error), out *diag.List) {
	c := jsonschema.NewCompiler()
	c.AssertFormat() // otherwise a format would be a remark that checks nothing
	c.UseLoader(loader(func(url string) (any, error) {
		data, err := read(url)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		s.checkKeywords(doc, out)
		return doc, err
	}))
	var err error
	if s.compiled, err = c.Compile(url); err != nil {
		out.Addf(s.Pos, "this is no JSON Schema: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

// loader reads the files that a schema refers to.
type loader func(url string) (any, error)

// Load gives the JSON of a URL.
func (l loader) Load(url string) (any, error) { return l(url) }

// keywords are the keywords of JSON Schema, drafts 4 to 2020-12.
var keywords = strings.Fields(`$schema $id id $ref $anchor $dynamicRef $dynamicAnchor $recursiveRef $recursiveAnchor $vocabulary
	$comment $defs definitions allOf anyOf oneOf not if then else dependentSchemas dependencies dependentRequired prefixItems items
	additionalItems contains minContains maxContains unevaluatedItems properties patternProperties additionalProperties
	propertyNames unevaluatedProperties type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength
	minLength pattern maxItems minItems uniqueItems maxProperties minProperties required format contentEncoding
	contentMediaType contentSchema title description default deprecated readOnly writeOnly examples`)

// checkKeywords complains about words that are nearly a keyword. JSON Schema
// ignores unknown words, so a typo would allow everything.
func (s *Schema) checkKeywords(doc any, out *diag.List) {
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
