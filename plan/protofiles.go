package plan

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/protobuf"
	"github.com/duologue/duologue/spec"
)

// compileProtos reads the .proto files of a suite, with all that they import.
func compileProtos(b *binder) {
	if len(b.protos) == 0 {
		b.suite.messages.wrong = b.suite.spec.Doubt.Unclear() // a misspelled key may be the one that names them
		return
	}
	before := b.out.Len()
	s := protoFiles{binder: b, read: diag.Sources{}}
	for _, p := range b.protos {
		s.paths(p)
	}
	for _, p := range b.protos {
		s.files(p)
	}
	if b.out.Len() == before && len(s.names) > 0 {
		b.suite.messages.types = protobuf.Compile(s.names, s.find, b.out)
	}
	if b.suite.messages.wrong = b.suite.messages.types == nil; b.suite.messages.wrong {
		for file, text := range s.read {
			b.sources[file] = text
		}
	}
}

// protoFiles finds .proto files by the names by which they are imported.
type protoFiles struct {
	*binder
	folders []folder
	names   []string     // of the files that suites name
	read    diag.Sources // for excerpts
}

// folder is a folder in which imports are looked for.
type folder struct {
	below string // its path below the root
	shown string // its path in complaints
}

// paths takes the import_paths of a suite.
func (s *protoFiles) paths(p *spec.SuiteProto) {
	for _, name := range p.ImportPaths {
		if name.Text == "" {
			continue
		}
		below, err := s.binder.files.Place(p.Pos.File, name.Text)
		if err == nil && !s.binder.files.IsFolder(below) {
			err = errors.New("there is no such folder")
		}
		if err != nil {
			s.out.Hintf(name.Pos, rootHint, "import path %q: %v", name.Text, err)
			continue
		}
		s.add(folder{filepath.ToSlash(below), path.Join(path.Dir(filepath.ToSlash(p.Pos.File)), name.Text)})
	}
}

// files takes the files that a suite names. One that lies in none of the import paths is looked for in its
// own folder, and so is what it imports.
func (s *protoFiles) files(p *spec.SuiteProto) {
	said := slices.Clone(s.folders)
	for _, name := range p.Files {
		if name.Text == "" { // it was complained of
			continue
		}
		if _, err := s.binder.files.Read(p.Pos.File, name.Text); err != nil {
			s.out.Hintf(name.Pos, rootHint, "read %q: %v", name.Text, err)
			continue
		}
		below, _ := s.binder.files.Place(p.Pos.File, name.Text) // it was read
		below = filepath.ToSlash(below)
		in := slices.IndexFunc(said, func(f folder) bool { return f.below == "." || strings.HasPrefix(below, f.below+"/") })
		if in >= 0 {
			s.take(strings.TrimPrefix(below, strings.TrimPrefix(said[in].below, ".")+"/"))
			continue
		}
		shown := path.Join(path.Dir(filepath.ToSlash(p.Pos.File)), name.Text)
		s.add(folder{path.Dir(below), path.Dir(shown)})
		s.take(path.Base(below))
	}
}

func (s *protoFiles) add(f folder) {
	if !slices.Contains(s.folders, f) {
		s.folders = append(s.folders, f)
	}
}

func (s *protoFiles) take(name string) {
	if !slices.Contains(s.names, name) {
		s.names = append(s.names, name)
	}
}

// find gives the file of a name, from the first folder that has it.
func (s *protoFiles) find(name string) (protobuf.Source, error) {
	for _, f := range s.folders {
		data, err := s.binder.files.ReadBelow(path.Join(f.below, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return protobuf.Source{}, err
		}
		shown := path.Join(f.shown, name)
		s.read[shown] = string(data)
		return protobuf.Source{File: shown, Text: string(data)}, nil
	}
	return protobuf.Source{}, protobuf.NotFound(name)
}
