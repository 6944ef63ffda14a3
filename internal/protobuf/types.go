// Package protobuf reads and writes messages of Protocol Buffers by .proto files:
// [Compile] reads the files, [Types.Message] gives the type of a message, and that
// turns octets into values of the language and back. What stands in a suite is held
// against the type before there are any octets.
package protobuf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/reporter"
	"github.com/duologue/duologue/diag"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

// Limits of all .proto files of a suite together. They protect against files that are
// made to exhaust memory.
const (
	MaxFiles  = 1000
	MaxOctets = 16 << 20
	MaxDepth  = 100 // of brackets; the compiler takes long for deep ones
)

// Source is a .proto file.
type Source struct {
	File string // its path, for complaints
	Text string
}

// NotFound is the error of a name of which there is no file.
func NotFound(name string) error {
	return diag.Hinted("imports are looked for in the import_paths, and in the folders of files that lie in none of them", "there is no file %q", name)
}

// Types are the messages of some .proto files and of all that they import.
type Types struct {
	files      *protoregistry.Files
	types      *dynamicpb.Types
	extensions map[protoreflect.FullName][]protoreflect.FieldDescriptor // by the message that they extend

	mu   sync.Mutex
	made map[protoreflect.FullName]*Message
}

// Compile reads .proto files and what they import. find gives a file by the name by which
// it is imported. Complaints go to out. It gives nil if there are any.
func Compile(names []string, find func(name string) (Source, error), out *diag.List) *Types {
	before := out.Len()
	s := sources{find: find, read: map[string]Source{}}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&s),
		MaxParallelism: 1,
		Reporter:       reporter.NewReporter(func(e reporter.ErrorWithPos) error { s.complain(e, out); return nil }, nil),
	}
	found, err := compiler.Compile(context.Background(), names...) // this context never ends
	var placed reporter.ErrorWithPos
	switch {
	case out.Len() > before:
		return nil
	case errors.As(err, &placed):
		s.complain(placed, out)
		return nil
	case err != nil:
		out.Add(diag.At(diag.Pos{}, err))
		return nil
	}
	t := &Types{files: &protoregistry.Files{}, made: map[protoreflect.FullName]*Message{}, extensions: map[protoreflect.FullName][]protoreflect.FieldDescriptor{}}
	for _, f := range found {
		t.add(f)
	}
	t.types = dynamicpb.NewTypes(t.files)
	return t
}

// add adds a file and what it imports.
func (t *Types) add(f protoreflect.FileDescriptor) {
	if _, err := t.files.FindFileByPath(f.Path()); err == nil {
		return
	}
	_ = t.files.RegisterFile(f) // the compiler has complained of names that are there twice
	t.extend(f)
	for i := range f.Imports().Len() {
		t.add(f.Imports().Get(i).FileDescriptor)
	}
}

// extend adds the extensions in a file or a message.
func (t *Types) extend(in interface {
	Extensions() protoreflect.ExtensionDescriptors
	Messages() protoreflect.MessageDescriptors
}) {
	for i := range in.Extensions().Len() {
		x := dynamicpb.NewExtensionType(in.Extensions().Get(i)).TypeDescriptor()
		of := x.ContainingMessage().FullName()
		t.extensions[of] = append(t.extensions[of], x)
	}
	for i := range in.Messages().Len() {
		t.extend(in.Messages().Get(i))
	}
}

// Message gives a type by the full name of the message.
func (t *Types) Message(name string) (*Message, error) {
	d, err := t.files.FindDescriptorByName(protoreflect.FullName(name))
	if m, ok := d.(protoreflect.MessageDescriptor); err == nil && ok && !m.IsMapEntry() {
		return t.of(m), nil
	}
	return nil, diag.Hinted(diag.DidYouMean(name, t.names()), "there is no message %q in the .proto files", name)
}

// of gives the type of a message.
func (t *Types) of(d protoreflect.MessageDescriptor) *Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.made[d.FullName()]
	if m == nil {
		m = &Message{types: t, of: d, unset: unset(d)}
		t.made[d.FullName()] = m
	}
	return m
}

// names gives the full names of all messages, without those of Protocol Buffers itself.
func (t *Types) names() []string {
	var out []string
	var within func(all protoreflect.MessageDescriptors)
	within = func(all protoreflect.MessageDescriptors) {
		for i := range all.Len() {
			if m := all.Get(i); !m.IsMapEntry() {
				out = append(out, string(m.FullName()))
				within(m.Messages())
			}
		}
	}
	t.files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if f.Package() != "google.protobuf" {
			within(f.Messages())
		}
		return true
	})
	slices.Sort(out)
	return out
}

// sources gives the compiler the files that it asks for.
type sources struct {
	find   func(name string) (Source, error)
	read   map[string]Source // by name
	octets int
}

// FindFileByPath gives the text of a file. The compiler asks from one goroutine at a time.
func (s *sources) FindFileByPath(name string) (protocompile.SearchResult, error) {
	source, err := s.find(name)
	if err != nil {
		return protocompile.SearchResult{}, err
	}
	s.read[name] = source
	if s.octets += len(source.Text); s.octets > MaxOctets || len(s.read) > MaxFiles {
		return protocompile.SearchResult{}, fmt.Errorf("the .proto files of a suite have at most %d octets, and are at most %d", MaxOctets, MaxFiles)
	}
	if depth(source.Text) > MaxDepth {
		return protocompile.SearchResult{}, fmt.Errorf("%s has brackets that are nested more than %d deep", source.File, MaxDepth)
	}
	return protocompile.SearchResult{Source: io.NopCloser(strings.NewReader(source.Text))}, nil
}

// besides matches the parts of a .proto file in which brackets mean nothing.
var besides = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])*'`)

// depth is how deep brackets are nested.
func depth(text string) int {
	now, most := 0, 0
	for _, c := range []byte(besides.ReplaceAllString(text, "")) {
		switch c {
		case '{', '[', '<', '(':
			now++
		case '}', ']', '>', ')':
			now--
		}
		most = max(most, now)
	}
	return most
}

// complain tells of what the compiler found.
func (s *sources) complain(e reporter.ErrorWithPos, out *diag.List) {
	from, to := e.Start(), e.End()
	pos := diag.Pos{File: from.Filename, Line: from.Line, Col: from.Col}
	if source, ok := s.read[from.Filename]; ok && from.Offset <= len(source.Text) {
		pos.File = source.File
		line := source.Text[:from.Offset]
		pos.Col = utf8.RuneCountInString(line[strings.LastIndexByte(line, '\n')+1:]) + 1 // the compiler counts a tab as up to 8
		if to.Line == from.Line && to.Offset <= len(source.Text) {
			pos.Len = utf8.RuneCountInString(source.Text[from.Offset:to.Offset])
		}
	}
	var told diag.Diagnostic
	if !errors.As(e.Unwrap(), &told) {
		told.Message = strings.TrimPrefix(e.Unwrap().Error(), "syntax error: ")
	}
	if told.Message == "unexpected error" { // it follows from one that was told
		return
	}
	told.Pos = pos
	out.Add(told)
}
