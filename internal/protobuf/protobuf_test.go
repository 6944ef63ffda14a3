package protobuf

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

var update = flag.Bool("update", false, "write the octets of ours.txt anew")

// types are those of testdata.
func types(t testing.TB) *Types {
	t.Helper()
	var out diag.List
	all := Compile([]string{"chat.proto", "old.proto"}, func(name string) (Source, error) {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			return Source{}, NotFound(name)
		}
		return Source{name, string(text)}, nil
	}, &out)
	if !out.Empty() {
		t.Fatal(out.Err())
	}
	return all
}

func message(t testing.TB, all *Types, name string) *Message {
	t.Helper()
	m, err := all.Message(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// data reads a value as it stands in a suite, and computes it.
func data(t *testing.T, text string) value.Data {
	t.Helper()
	var out diag.List
	d, err := value.ReadPacked(yamldoc.Parse("s.yaml", "v: "+text+"\n", &out).Get("v"), &out).Bind(expr.Env{Names: expr.Map{"second": time.Second, "n": json.Number("7")}})
	if err != nil || !out.Empty() {
		t.Fatal(out.Err(), err)
	}
	return d
}

// lines gives the fields of the lines of a file of testdata/protoc.
func linesOf(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/protoc/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

// What protoc writes is read as what it was given.
func TestProtocIsRead(t *testing.T) {
	wants := map[string]string{
		`type: "hello" n: 1`: `{"type":"hello","n":1}`,
		``:                   `{}`,
		`nick: ""`:           `{"nick":""}`,
		`n: -1`:              `{"n":-1}`,
		`id: 18446744073709551615 change: -9007199254740993 share: 0.1 level: 0.1 done: true data: "\000\377" kind: ALERT`:                           `{"id":18446744073709551615,"change":-9007199254740993,"share":0.1,"level":0.1,"done":true,"data":h'00ff',"kind":"ALERT"}`,
		`share: nan level: -inf s64: -9223372036854775808 f32: 4294967295 kind: 9`:                                                                   `{"share":NaN,"level":-Infinity,"kind":9,"f32":4294967295,"s64":-9223372036854775808}`,
		`numbers: [1, -2, 300] hellos {type: "a"} hellos {} by_name {key: "a" value: 1} by_id {key: -5 value {n: 1}} by_flag {key: true value: "x"}`: `{"numbers":[1,-2,300],"hellos":[{"type":"a"},{}],"by_name":{"a":1},"by_id":{-5:{"n":1}},"by_flag":{true:"x"}}`,
		`text: "ä€"`:              `{"text":"ä€"}`,
		`note {note {text: "x"}}`: `{"note":{"note":{"text":"x"}}}`,
		`at {seconds: 1764494100 nanos: 250000000} took {seconds: -1 nanos: -500000000} limit {value: 9007199254740993} mask {paths: "user_name" paths: "photo"}`: `{"at":"2025-11-30T09:15:00.250Z","took":-1.5s,"limit":9007199254740993,"mask":"userName,photo"}`,
		`extra {[type.googleapis.com/chat.Hello] {n: 3}}`:                     `{"extra":{"@type":"type.googleapis.com/chat.Hello","n":3}}`,
		`extra {[type.googleapis.com/google.protobuf.Duration] {seconds: 2}}`: `{"extra":{"@type":"type.googleapis.com/google.protobuf.Duration","value":2s}}`,
		`extra {type_url: "x/y.Z" value: "\001"}`:                             `{"extra":{"@type":"x/y.Z","value":h'01'}}`,
		`free {fields {key: "a" value {list_value {values {number_value: 1} values {null_value: NULL_VALUE}}}}} value {string_value: "x"} list {values {bool_value: true}}`: `{"free":{"a":[1,null]},"value":"x","list":[true]}`,
		`user: "ann" level: LOW Entry {name: "a"} Entry {} [old.token]: "t" [old.others] {user: "y"}`:                                                                       `{"user":"ann","level":"LOW","Entry":[{"name":"a"},{}],"[old.token]":"t","[old.others]":[{"user":"y"}]}`,
		`user: "" tries: 0`: `{"user":"","tries":0}`,
	}
	all := types(t)
	read := 0
	for _, line := range linesOf(t, "written.txt") {
		name, text, octets := line[0], line[1], line[2]
		raw, err := hex.DecodeString(octets)
		if err != nil {
			t.Fatal(err)
		}
		v, err := message(t, all, name).Decode(raw)
		if want, ok := wants[text]; err != nil || !ok || expr.Notation(v) != want {
			t.Errorf("%s is %s, %v, want %s", text, expr.Notation(v), err, want)
		}
		read++
	}
	if read != len(wants) {
		t.Errorf("%d messages were read, want %d", read, len(wants))
	}
}

// ours are messages as they stand in a suite, with what protoc reads in them.
var ours = []struct{ message, value, protoc string }{
	{"chat.Hello", `{type: hello, n: 1, nick: null}`, `type: "hello" n: 1`},
	{"chat.Hello", `{nick: ""}`, `nick: ""`},
	{"chat.Hello", `{n: "${n}"}`, `n: 7`},
	{"chat.Note", `{id: 18446744073709551615, change: -9007199254740993, share: 0.1, level: 0.1, done: true, data: "${unhex('00ff')}", kind: ALERT}`, `id: 18446744073709551615 change: -9007199254740993 share: 0.1 level: 0.1 done: true data: "\000\377" kind: ALERT`},
	{"chat.Note", `{share: .nan, level: -.inf, kind: 9, s64: -1, f32: 4294967295, id: 1.0}`, `id: 1 share: nan level: -inf kind: 9 f32: 4294967295 s64: -1`},
	{"chat.Note", `{numbers: [1, -2, 300], hellos: [{type: a}, {}], by_name: {a: 1, "5": 2}, by_id: {-5: {n: 1}}, by_flag: {true: x}}`,
		`numbers: 1 numbers: -2 numbers: 300 hellos { type: "a" } hellos { } by_name { key: "5" value: 2 } by_name { key: "a" value: 1 } by_id { key: -5 value { n: 1 } } by_flag { key: true value: "x" }`},
	{"chat.Note", `{note: {note: {text: x}}}`, `note { note { text: "x" } }`},
	{"chat.Note", `{at: 2025-11-30T09:15:00.25Z, took: -1500ms, limit: 9007199254740993, mask: "userName,photo"}`, `at { seconds: 1764494100 nanos: 250000000 } took { seconds: -1 nanos: -500000000 } limit { value: 9007199254740993 } mask { paths: "user_name" paths: "photo" }`},
	{"chat.Note", `{took: "${second}"}`, `took { seconds: 1 }`},
	{"chat.Note", `{extra: {"@type": type.googleapis.com/chat.Hello, n: 3}}`, `extra { type_url: "type.googleapis.com/chat.Hello" value: "\020\003" }`},
	{"chat.Note", `{extra: {"@type": type.googleapis.com/google.protobuf.Duration, value: 2s}}`, `extra { type_url: "type.googleapis.com/google.protobuf.Duration" value: "\010\002" }`},
	{"chat.Note", `{extra: {"@type": x/y.Z, value: "${unhex('01')}"}}`, `extra { type_url: "x/y.Z" value: "\001" }`},
	{"chat.Note", `{free: {a: [1, null]}, value: null, list: [true]}`, `free { fields { key: "a" value { list_value { values { number_value: 1 } values { null_value: NULL_VALUE } } } } } value { null_value: NULL_VALUE } list { values { bool_value: true } }`},
	{"old.Login", `{user: ann, level: LOW, Entry: [{name: a}, {}], "[old.token]": t, "[old.others]": [{user: y}]}`, `user: "ann" level: LOW Entry { name: "a" } Entry { } [old.token]: "t" [old.others] { user: "y" }`},
}

// What we write is read by protoc as what stands in the suite, and by us as well.
func TestProtocReads(t *testing.T) {
	all := types(t)
	var written strings.Builder
	var octets []string
	for _, o := range ours {
		m := message(t, all, o.message)
		raw, err := m.Encode(data(t, o.value))
		if err != nil {
			t.Fatalf("%s: %v", o.value, err)
		}
		octets = append(octets, hex.EncodeToString(raw))
		fmt.Fprintf(&written, "%s\t%s.proto\t%x\n", o.message, strings.Split(o.message, ".")[0], raw)
		again(t, m, raw)
	}
	if *update {
		if err := os.WriteFile("testdata/protoc/ours.txt", []byte(written.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	read := linesOf(t, "read.txt")
	if len(read) != len(ours) {
		t.Fatalf("protoc has read %d messages, want %d", len(read), len(ours))
	}
	for i, o := range ours {
		if read[i][0] != o.message || read[i][1] != octets[i] || read[i][2] != o.protoc {
			t.Errorf("%s is %s, and protoc reads %q", o.value, octets[i], read[i])
		}
	}
}

// again reads octets, writes what they hold, and reads that: it is the same.
func again(t *testing.T, m *Message, raw []byte) {
	t.Helper()
	v, err := m.Decode(raw)
	if err != nil {
		t.Fatalf("%x: %v", raw, err)
	}
	back, err := m.EncodeValue(v)
	if err != nil {
		t.Fatalf("%s is not written: %v", expr.Notation(v), err)
	}
	same, err := m.Decode(back)
	if err != nil || expr.Notation(same) != expr.Notation(v) {
		t.Fatalf("%s is read again as %s, %v", expr.Notation(v), expr.Notation(same), err)
	}
}

// Octets that hold no message are refused, with the place. Fields that nobody knows are shown by
// their numbers.
func TestDecode(t *testing.T) {
	all := types(t)
	for _, tt := range []struct{ message, octets, want string }{
		{"chat.Hello", "", `{}`},
		{"chat.Hello", "0a", "at octet 2, in chat.Hello.type: it ends too early"},
		{"chat.Hello", "0a0561", "at octet 2, in chat.Hello.type: it ends too early"},
		{"chat.Hello", "10", "at octet 2, in chat.Hello.n: it ends too early"},
		{"chat.Hello", "10ffffffffffffffffffff01", "at octet 2, in chat.Hello.n: variable length integer overflow"},
		{"chat.Hello", "ff", "at octet 1 no field begins: it ends too early"},
		{"chat.Hello", "00", "at octet 1 no field begins: invalid field number"},
		{"chat.Hello", "0c", "at octet 2, in chat.Hello.type: mismatching end group marker"},
		{"chat.Hello", "0f", "at octet 2, in chat.Hello.type: cannot parse reserved wire type"},
		{"chat.Hello", "0a01ff", "field chat.Hello.type contains invalid UTF-8"},
		{"chat.Hello", "1001100210", "at octet 6, in chat.Hello.n: it ends too early"},
		{"chat.Hello", "10011002", `{"n":2}`}, // the last one counts
		{"chat.Hello", "0801", `{1:[1]}`},     // a field of another type is one that nobody knows
		{"chat.Hello", "4001420161450100000049ffffffffffffffff", `{8:[1,h'61',1],9:[18446744073709551615]}`},
		{"chat.Hello", "4001420161450100000041ffffffffffffffff4001", `{8:[1,h'61',1,18446744073709551615,1]}`},
		{"chat.Hello", "4b08054b084c4c4c", `{9:[{1:[5],9:[{1:[76]}]}]}`},
		{"chat.Hello", "4b0805", "it ends too early, at octet 4 inside a group"},
		{"chat.Note", "4a0210014a00", `{"hellos":[{"n":1},{}]}`},
		{"chat.Note", "4a030a0161", `{"hellos":[{"type":"a"}]}`},
		{"chat.Note", "4a020a01", "at octet 4, in chat.Hello.type: it ends too early"},
		{"chat.Note", "40014002", `{"numbers":[1,2]}`}, // not packed
		{"chat.Note", "6a01617203010203", `{"image":h'010203'}`},
		{"chat.Note", "7a026a00 7a036a0162", `{"note":{"text":"b"}}`},
		{"chat.Note", "3809", `{"kind":9}`},
		{"chat.Note", "82010708ffffffffff3f", `{"at":{"seconds":2199023255551}}`}, // beyond the year 9999
		{"chat.Note", "8a010708ffffffffff7f", `{"took":{"seconds":4398046511103}}`},
		{"chat.Note", "8a010708011080cab5ee", "at octet 7, in google.protobuf.Duration.nanos: it ends too early"},
		{"chat.Note", "9201050a02782f12", "at octet 9, in google.protobuf.Any.value: it ends too early"},
		{"chat.Note", "9201110a0c782f636861742e48656c6c6f120110", `{"extra":{"@type":"x/chat.Hello","value":h'10'}}`}, // no Hello
		{"old.Login", "", "required field old.Login.user not set"},
		{"old.Login", "0a0161231001", "it ends too early, at octet 7 inside a group"},
		{"old.Login", "0a016123100124", `{"user":"a","Entry":[{2:[1]}]}`},
		{"old.Login", "0a01611009", `{"user":"a","level":9}`}, // a closed enum
		{"chat.Note", strings.Repeat("7b", 1002), "at octet 1002 it is nested more than 1000 deep"},
	} {
		raw, err := hex.DecodeString(strings.ReplaceAll(tt.octets, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		v, err := message(t, all, tt.message).Decode(raw)
		got := expr.Notation(v)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s %s is %s, want %s", tt.message, tt.octets, got, tt.want)
		}
	}
}

// A message cannot make much more of its octets than they are.
func TestDecodeIsBounded(t *testing.T) {
	all := types(t)
	note := message(t, all, "chat.Note")
	nested := []byte{}
	for range 1002 {
		size := len(nested)
		head := append([]byte{0x7a}, byte(size&0x7f|0x80), byte(size>>7&0x7f|0x80), byte(size>>14))
		nested = append(head, nested...)
	}
	many := func(part string, times int) []byte { return []byte(strings.Repeat(part, times)) }
	packed := append([]byte{0x42, 0x80, 0x80, 0x80, 0x01}, make([]byte, 1<<21)...)
	for name, raw := range map[string][]byte{
		"nested":          nested,
		"messages":        many("\x4a\x00", 1<<18+1),
		"fields":          many("\x28\x01", 1<<20+1),
		"packed":          packed,
		"unknown":         many("\xf8\x06\x01", 1<<20+1),
		"unknown groups":  many("\xfb\x06\xfc\x06", 1<<20+1),
		"nested groups":   many("\xfb\x06", 1<<20+1),
		"bigger than all": many("\x6a\x00", 1<<20+1),
	} {
		if v, err := note.Decode(raw); err == nil || !strings.Contains(err.Error(), "more than") {
			t.Errorf("%s: %.60s, %v", name, expr.Noted(v, 60), err)
		}
	}
	any := []byte{}
	for range 100 { // one in the other
		url := "x/google.protobuf.Any"
		inner := append(append([]byte{0x0a, byte(len(url))}, url...), 0x12, byte(len(any)&0x7f|0x80), byte(len(any)>>7))
		any = append(inner, any...)
	}
	raw := append([]byte{0x92, 0x01, byte(len(any)&0x7f | 0x80), byte(len(any) >> 7)}, any...)
	if v, err := note.Decode(raw); err != nil || !strings.Contains(expr.Notation(v), "octets)") {
		t.Errorf("messages in messages in an Any: %s, %v", expr.Noted(v, 200), err)
	}
}

// What did not come has its default, if it is always there.
func TestDefaults(t *testing.T) {
	all := types(t)
	note, err := message(t, all, "chat.Note").Decode(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"id": "0", "share": "0.0", "level": "0.0", "done": "false", "data": "h''", "kind": `"UNKNOWN"`, "numbers": "[]", "by_id": "{}",
		"text": "", "note": "", "at": "", "limit": "", "none": "",
	} {
		v, ok := note.(*expr.Mapping).Get(name)
		if ok != (want != "") || ok && expr.Notation(v) != want {
			t.Errorf("%s is %s, %v, want %s", name, expr.Notation(v), ok, want)
		}
	}
	if note.(*expr.Mapping).Len() != 0 {
		t.Errorf("what did not come counts: %s", expr.Notation(note))
	}
}

// Values that a message cannot take are refused where they stand.
func TestEncodeRefuses(t *testing.T) {
	all := types(t)
	for _, tt := range []struct{ message, value, want string }{
		{"chat.Hello", `{tpye: a}`, `1:5: chat.Hello has no field "tpye"`},
		{"chat.Hello", `{5: a}`, `1:5: chat.Hello has no field "5"`},
		{"chat.Hello", `[a]`, `1:4: expected chat.Hello, found ["a"]`},
		{"chat.Hello", `{n: 2147483648}`, `chat.Hello.n is int32, not 2147483648`},
		{"chat.Hello", `{n: 1.5}`, `chat.Hello.n is int32, not 1.5`},
		{"chat.Hello", `{n: .nan}`, `chat.Hello.n is int32, not NaN`},
		{"chat.Hello", `{n: "1"}`, `chat.Hello.n is int32, not "1"`},
		{"chat.Hello", `{n: true}`, `chat.Hello.n is int32, not true`},
		{"chat.Hello", `{n: [1]}`, `chat.Hello.n is int32, not [1]`},
		{"chat.Hello", `{n: "${1s}"}`, `chat.Hello.n is int32, not 1s`},
		{"chat.Hello", `{type: "${octets('a')}"}`, `chat.Hello.type is string, not hex 61`},
		{"chat.Note", `{id: -1}`, `chat.Note.id is uint64, not -1`},
		{"chat.Note", `{id: 18446744073709551616}`, `chat.Note.id is uint64, not 18446744073709551616`},
		{"chat.Note", `{f32: 4294967296}`, `chat.Note.f32 is fixed32, not`},
		{"chat.Note", `{level: 1e39}`, `chat.Note.level is float, not 1e39`},
		{"chat.Note", `{share: 1e400}`, `chat.Note.share is double, not 1e400`},
		{"chat.Note", `{share: a}`, `chat.Note.share is double, not "a"`},
		{"chat.Note", `{done: 1}`, `chat.Note.done is bool, not 1`},
		{"chat.Note", `{data: a}`, `chat.Note.data is bytes, not "a"`},
		{"chat.Note", `{kind: INFOS}`, `chat.Note.kind is one of parts.Kind, not "INFOS"`},
		{"chat.Note", `{kind: 2147483648}`, `chat.Note.kind is one of parts.Kind, not 2147483648`},
		{"chat.Note", `{numbers: [1, a]}`, `1:18: chat.Note.numbers is int32, not "a"`},
		{"chat.Note", `{hellos: {}}`, `expected a list of chat.Hello, found {}`},
		{"chat.Note", `{hellos: [{n: a}]}`, `1:18: chat.Hello.n is int32`},
		{"chat.Note", `{by_name: [1]}`, `expected a map from string to int32, found [1]`},
		{"chat.Note", `{by_name: {1: 2}}`, `a key of chat.Note.by_name is string, not 1`},
		{"chat.Note", `{by_name: {a: b}}`, `chat.Note.ByNameEntry.value is int32, not "b"`},
		{"chat.Note", `{by_flag: {a: b}}`, `a key of chat.Note.by_flag is bool, not "a"`},
		{"chat.Note", `{text: a, note: {}}`, `"text" and "note" are both of the oneof "content", which holds one`},
		{"chat.Note", `{at: 5}`, `expected a time, such as 2026-11-30T09:15:00Z, found 5`},
		{"chat.Note", `{took: a}`, `expected a duration, found "a"`},
		{"chat.Note", `{limit: a}`, `google.protobuf.Int64Value.value is int64, not "a"`},
		{"chat.Note", `{free: [1]}`, `expected an object of JSON, found [1]`},
		{"chat.Note", `{value: "${octets('a')}"}`, ``}, // base64 is JSON
		{"chat.Note", `{extra: 5}`, `expected google.protobuf.Any, found 5`},
		{"chat.Note", `{extra: {n: 5}}`, `a google.protobuf.Any needs its "@type"`},
		{"chat.Note", `{extra: {"@type": x/chat.Helo}}`, `there is no message "chat.Helo"`},
		{"chat.Note", `{extra: {"@type": x/chat.Hello, m: 5}}`, `chat.Hello has no field "m"`},
		{"old.Login", `{}`, `old.Login needs its field "user"`},
		{"old.Login", `{user: null}`, `old.Login needs its field "user"`},
		{"old.Login", `{user: a, level: 3}`, ``},
		{"old.Login", `{user: a, "[old.none]": b}`, `old.Login has no field "[old.none]"`},
	} {
		m := message(t, all, tt.message)
		d := data(t, tt.value)
		_, err := m.Encode(d)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.value, err, tt.want)
		}
		var out diag.List
		if m.Check(d, &out); out.Empty() != (tt.want == "") {
			t.Errorf("%s is checked with %v, and written with %v", tt.value, out.Err(), err)
		}
	}
}

// What is computed is not known when a suite is checked. What stands beside it is.
func TestCheckOfComputedValues(t *testing.T) {
	all := types(t)
	for text, want := range map[string]string{
		`"${x}"`: "", `{text: "${x}"}`: "", `{text: "${x}", image: "${y}"}`: "are both of the oneof", `{numbers: ["${x}", a]}`: "is int32, not",
		`{by_name: {a: "${x}", b: c}}`: "is int32, not", `{hellos: ["${x}", {nn: 1}]}`: "has no field", `{at: "${x}"}`: "", `{took: "${x}"}`: "",
		`{free: {a: "${x}"}}`: "", `{extra: "${x}"}`: "", `{extra: {"@type": "${x}", n: 5}}`: "", `{extra: {"@type": x/a.B, value: "${x}"}}`: "",
		`{extra: {"@type": x/chat.Hello, n: "${x}", m: 1}}`: "has no field", `{limit: "${x}"}`: "",
	} {
		var out diag.List
		d := value.ReadPacked(yamldoc.Parse("s.yaml", "v: "+text+"\n", &out).Get("v"), &out)
		message(t, all, "chat.Note").Check(d, &out)
		if err := out.Err(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// A matcher is held against the type of the message.
func TestPositions(t *testing.T) {
	all := types(t)
	for text, want := range map[string]string{
		`{type: {$starts_with: a}, n: {$gt: 1}, nick: {$exists: false}}`: "",
		`{tpye: a}`:              `unknown field "tpye" of chat.Hello`,
		`{type: 5}`:              "chat.Hello.type is string, never 5",
		`{n: {$exists: false}}`:  "$exists cannot be held against chat.Hello.n, which is int32",
		`{n: {$contains: 1}}`:    "$contains cannot be held against chat.Hello.n",
		`[a]`:                    "a list cannot be held against chat.Hello",
		`{$any_of: [{m: 1}]}`:    `unknown field "m" of chat.Hello`,
		`{$exact: {n: 1, m: 5}}`: "", // it never holds, which it then says
	} {
		var out diag.List
		match.Read(yamldoc.Parse("s.yaml", "v: "+text+"\n", &out).Get("v"), message(t, all, "chat.Hello").Position(), &out)
		if err := out.Err(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		`{note: {note: {note: {id: {$gt: 1}}}}}`: "", `{note: {note: {ids: 1}}}`: `unknown field "ids"`, `{kind: {$in: [INFO, 7]}}`: "", `{kind: INF}`: "never \"INF\"",
		`{by_id: {5: {n: 1}}}`: "", `{by_id: {"5": {n: 1}}}`: "a key of chat.Note.by_id is a number, not text", `{by_flag: {true: x}}`: "", `{by_flag: {1: x}}`: "is true or false, not a number",
		`{by_name: {a: b}}`: "never \"b\"", `{numbers: {$each: {$gt: a}}}`: "this is int32, never \"a\"", `{numbers: [1, {$lt: 5}]}`: "", `{took: {$lt: 1s}}`: "", `{took: 5}`: "no unit",
		`{at: {$gt: "2026"}}`: "", `{at: 5}`: "never 5", `{limit: {$gt: 1}}`: "", `{limit: a}`: "never \"a\"", `{free: {a: [1, {b: null}]}}`: "", `{list: [1, a]}`: "", `{value: {a: 1}}`: "",
		`{mask: {$contains: a}}`: "", `{extra: {"@type": {$ends_with: Hello}, n: {$gt: 1}}}`: "", `{data: {$length: 3}}`: "", `{data: a}`: "never \"a\"", `{level: {$approx: [0.1, .nan]}}`: "NaN has no order",
	} {
		var out diag.List
		match.Read(yamldoc.Parse("s.yaml", "v: "+text+"\n", &out).Get("v"), message(t, all, "chat.Note").Position(), &out)
		if err := out.Err(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// FuzzDecode reads any octets. What they hold is written so that it is read as the same.
func FuzzDecode(f *testing.F) {
	all := types(f)
	note, login := message(f, all, "chat.Note"), message(f, all, "old.Login")
	for _, o := range []string{"0a0161", "8a010608ffffffffff7f", "9201060a02782f12", "4b08054b084c4c4c", "9201240a1e747970652e676f6f676c65617069732e636f6d2f636861742e48656c6c6f12021003", "0a03616e6e1001232a0161242324a2060174aa06030a0179"} {
		raw, _ := hex.DecodeString(o)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, m := range []*Message{note, login} {
			v, err := m.Decode(raw)
			if err != nil {
				continue
			}
			back, err := m.EncodeValue(v)
			if err != nil { // it has fields that nobody knows, or a time beyond the year 9999
				continue
			}
			if same, err := m.Decode(back); err != nil || expr.Notation(same) != expr.Notation(v) {
				t.Errorf("%s is read again as %s, %v", expr.Notation(v), expr.Notation(same), err)
			}
		}
	})
}
