package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// source is a package that is to be mutated: its files, parsed and with types.
type source struct {
	Dir, ImportPath, Name string
	fset                  *token.FileSet
	files                 map[string]*ast.File // by absolute path
	text                  map[string][]byte
	info                  *types.Info
}

// listed is what `go list` says of a package.
type listed struct {
	Dir, ImportPath, Name, Export string
	GoFiles                       []string
}

// load reads the package in dir. The types of its imports come from the export
// data of the build cache, so only the package itself is parsed.
func load(dir string) (*source, error) {
	list := exec.Command("go", "list", "-export", "-deps", "-json=Dir,ImportPath,Name,Export,GoFiles", ".")
	list.Dir, list.Stderr = dir, os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	exports := map[string]string{}
	var last listed // the package itself comes after its imports
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return last.check(exports)
		} else if err != nil {
			return nil, fmt.Errorf("list %s: %w", dir, err)
		}
		exports[p.ImportPath], last = p.Export, p
	}
}

func (p listed) check(exports map[string]string) (*source, error) {
	s := &source{Dir: p.Dir, ImportPath: p.ImportPath, Name: p.Name, fset: token.NewFileSet(),
		files: map[string]*ast.File{}, text: map[string][]byte{},
		info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}}
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(s.fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.files[path], s.text[path] = f, text
		parsed = append(parsed, f)
	}
	lookup := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	config := types.Config{Importer: importer.ForCompiler(s.fset, "gc", lookup)}
	_, err := config.Check(p.ImportPath, s.fset, parsed, s.info)
	return s, err
}
