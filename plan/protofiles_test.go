package plan

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
)

// protoComplaints gives what is wrong with suites/s.yaml beside some files.
func protoComplaints(t *testing.T, protobuf string, files map[string]string) []string {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	if _, ok := files["suites/s.yaml"]; !ok {
		tree["suites/s.yaml"] = &fstest.MapFile{Data: []byte("target: builtin://echo\n" + protobuf + "\nscenarios:\n  - name: it\n    steps:\n      - connect\n      - send: {protobuf: a.B}\n")}
	}
	var out diag.List
	p := Prepare([]Selection{{File: "suites/s.yaml"}}, Options{Files: tree}, &out)
	var got []string
	for _, d := range out.Sorted() {
		text := d.Error()
		if d.Hint != "" {
			text += " (" + d.Hint + ")"
		}
		if line := p.Sources()[d.Pos.File]; line == "" {
			text += " without its source"
		}
		got = append(got, text)
	}
	return got
}

// A suite names .proto files, which import others. What is wrong with them is told at its line and
// column, once.
func TestProtoFiles(t *testing.T) {
	const message = "syntax = \"proto3\";\npackage a;\nmessage B {}\n"
	const imports = "syntax = \"proto3\";\npackage a;\nimport \"x/c.proto\";\nimport \"google/protobuf/any.proto\";\nmessage B { x.C c = 1; google.protobuf.Any any = 2; }\n"
	const imported = "syntax = \"proto3\";\npackage x;\nmessage C {}\n"
	for _, tt := range []struct {
		name, protobuf string
		files          map[string]string
		want           string
	}{
		{"a file", "protobuf: b.proto", map[string]string{"suites/b.proto": message}, ""},
		{"several", "protobuf: [b.proto, ../x/c.proto]", map[string]string{"suites/b.proto": message, "x/c.proto": imported}, ""},
		{"an import beside it", "protobuf: b.proto", map[string]string{"suites/b.proto": imports, "suites/x/c.proto": imported}, ""},
		{"an import from a path", "protobuf: {files: b.proto, import_paths: [none, ../proto]}", map[string]string{"suites/b.proto": imports, "proto/x/c.proto": imported, "suites/none/a": ""}, ""},
		{"a file in a path", "protobuf: {files: ../proto/v1/b.proto, import_paths: ../proto}", map[string]string{"proto/v1/b.proto": imports, "proto/x/c.proto": imported}, ""},
		{"a file twice", "protobuf: {files: [../proto/x/c.proto, ../proto/b.proto], import_paths: ../proto}", map[string]string{"proto/b.proto": imports, "proto/x/c.proto": imported}, ""},
		{"a path that is the root", "protobuf: {files: ../b.proto, import_paths: ..}", map[string]string{"b.proto": imports, "x/c.proto": imported}, ""},
		{"no file", "protobuf: none.proto", nil, `suites/s.yaml:2:11: read "none.proto": file does not exist (a path is relative`},
		{"no path", "protobuf: {files: b.proto, import_paths: [none]}", map[string]string{"suites/b.proto": message}, `suites/s.yaml:2:43: import path "none": there is no such folder (a path is relative`},
		{"no import", "protobuf: b.proto", map[string]string{"suites/b.proto": imports}, `suites/b.proto:3:8: there is no file "x/c.proto" (imports are looked for in`},
		{"no message", "protobuf: b.proto", map[string]string{"suites/b.proto": imported}, `suites/s.yaml:7:26: there is no message "a.B" in the .proto files (valid: x.C)`},
		{"no key", "", nil, `suites/s.yaml:7:26: the suite names no .proto files (such as protobuf: chat.proto, at the top of the suite)`},
		{"a wrong word", "protobuf: b.proto", map[string]string{"suites/b.proto": "syntax = \"proto3\";\n\tmesage B {}\n"}, `suites/b.proto:2:2: `},
		{"a wrong type in an import", "protobuf: b.proto", map[string]string{"suites/b.proto": imports, "suites/x/c.proto": strings.Replace(imported, "{}", "{ ü.D d = 1; }", 1)}, `suites/x/c.proto:3:13: `},
		{"an unknown type", "protobuf: b.proto", map[string]string{"suites/b.proto": strings.Replace(message, "{}", "{ D d = 1; }", 1)}, `suites/b.proto:3:13: field a.B.d: unknown type D`},
		{"a name twice", "protobuf: [b.proto, c.proto]", map[string]string{"suites/b.proto": message, "suites/c.proto": message}, `: symbol "a.B" already defined at `},
		{"a circle", "protobuf: b.proto", map[string]string{"suites/b.proto": imports, "suites/x/c.proto": "syntax = \"proto3\";\nimport \"b.proto\";"}, `suites/x/c.proto:2:8: cycle found in imports`},
		{"brackets", "protobuf: b.proto", map[string]string{"suites/b.proto": message + "option x = " + strings.Repeat("{a: ", 200)}, `brackets that are nested more than 100 deep`},
		{"brackets that mean nothing", "protobuf: b.proto", map[string]string{"suites/b.proto": message + "/*" + strings.Repeat("{", 200) + "*/ //" + strings.Repeat("{", 200)}, ""},
		{"too much", "protobuf: b.proto", map[string]string{"suites/b.proto": message + strings.Repeat(" ", 17<<20)}, `the .proto files of a suite have at most 16777216 octets`},
		{"no UTF-8", "protobuf: b.proto", map[string]string{"suites/b.proto": message + "\xff"}, `suites/b.proto:4:1`},
		{"an empty name", `protobuf: ""`, nil, `suites/s.yaml:2:11`},
		{"an import that leads out", "protobuf: b.proto", map[string]string{"suites/b.proto": strings.Replace(imports, "x/c.proto", "../../../etc/passwd", 1)}, `suites/b.proto:3:8: `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := protoComplaints(t, tt.protobuf, tt.files)
			if tt.want == "" && len(got) != 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("the complaints are %q, want %q", got, tt.want)
			}
			if len(got) == 1 && strings.Contains(got[0], "without its source") && strings.Contains(got[0], ".proto:") {
				t.Errorf("%s", got[0])
			}
		})
	}
}

// The messages of an imported suite can be used as well, since its sequences use them.
func TestProtoFilesOfImportedSuites(t *testing.T) {
	files := map[string]string{
		"suites/s.yaml":      "target: builtin://echo\nimport: lib/it.yaml\nscenarios:\n  - name: it\n    steps:\n      - connect\n      - use: hello\n      - send: {protobuf: a.B}\n",
		"suites/lib/it.yaml": "protobuf: b.proto\nsequences: {hello: {steps: [{send: {protobuf: {message: a.B, value: {n: 1}}}}]}}\n",
		"suites/lib/b.proto": "syntax = \"proto3\";\npackage a;\nmessage B { int32 n = 1; }\n",
	}
	if got := protoComplaints(t, "", files); got != nil {
		t.Errorf("the complaints are %q", got)
	}
	files["suites/lib/b.proto"] = strings.Replace(files["suites/lib/b.proto"], " n ", " m ", 1)
	want := `[suites/lib/it.yaml:2:70: a.B has no field "n" (did you mean "m"?)]`
	if got := fmt.Sprint(protoComplaints(t, "", files)); got != want {
		t.Errorf("the complaints are %s, want %s", got, want)
	}
}
