package trace

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// filled gives a run in which no field is zero. So a field that the JSON form
// forgets is found, whoever adds it.
func filled(t *testing.T) *Run {
	t.Helper()
	run := new(Run)
	fill(t, reflect.ValueOf(run).Elem(), new(int))
	return run
}

func fill(t *testing.T, v reflect.Value, n *int) {
	*n++
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Date(2026, 2, 3, 4, 5, 6, 7, time.UTC)
		return
	case *Verdict:
		*p = Inconclusive
		return
	case *Outcome:
		*p = NonStrict
		return
	case *media.Codec:
		*p = media.L16BE
		return
	case *any:
		*p = map[string]any{"big": json.Number("12345678901234567890"), "list": []any{"<&>", nil, true}}
		return
	case *[]Event:
		for _, d := range details() {
			fill(t, reflect.ValueOf(d).Elem(), n)
			*p = append(*p, Event{Seq: *n, At: 7, Connection: "main", Sent: true, AfterEnd: true, Detail: d})
		}
		return
	case *map[Verdict]int:
		*p = map[Verdict]int{Failed: *n}
		return
	case *map[Outcome]int:
		*p = map[Outcome]int{NonStrict: *n}
		return
	case *float64:
		*p = float64(*n) + 0.5
		return
	case *[]byte:
		*p = []byte{0, 0xff, byte(*n)}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() { // unexported fields are in no trace
				fill(t, v.Field(i), n)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), n)
		fill(t, v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("a.yaml"), reflect.ValueOf("suite: a\n"))
	case reflect.String:
		v.SetString("text <&> \x1b]0;\u202e\u009b\U000e0041\" \\ ::error::\n")
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint64:
		v.SetUint(^uint64(*n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("fill does not know %v", v.Type())
	}
}

// same compares runs as the JSON form keeps them, which is without the octets of
// streams.
var same = cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Stream{}, "Octets")}

func TestReadGivesBackWhatWriteWrote(t *testing.T) {
	message := func(data string) *Run {
		return &Run{Suites: []Suite{{Scenarios: []Scenario{{Connections: []Connection{{Events: []Event{
			{Detail: &Message{Data: []byte(data)}}, {Detail: &Ping{Data: []byte(data)}}}}}}}}}}
	}
	runs := map[string]*Run{
		"everything": filled(t), "nothing": {}, "text": message("hello, wörld"), "empty data": message(""),
		"NUL": message("a\x00"), "not UTF-8": message("\xff\xfe"), "looks like base64": message(`{"base64":"AA=="}`),
		"empty chunks": {Suites: []Suite{{Scenarios: []Scenario{{Connections: []Connection{{Streams: []Stream{
			{Chunks: []Chunk{{}, {}}}, {}}}}}}}}},
	}
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Write(&b, run); err != nil {
				t.Fatal(err)
			}
			first := b.String()
			for _, r := range first[:len(first)-1] {
				if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e {
					t.Errorf("Write lets %U through", r)
				}
			}
			got, err := Read(&b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(run, got, same, whole); diff != "" {
				t.Errorf("Read(Write(run)) differs (-want +got):\n%s", diff)
			}
			b.Reset()
			if err := Write(&b, got); err != nil || b.String() != first {
				t.Errorf("Write(Read(Write(run))) = %v\n%s\nwant\n%s", err, b.String(), first)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	event := func(e string) string {
		return `{"format":"duologue-trace","version":1,"suites":[{"scenarios":[{"connections":[{"events":[` + e + `]}]}]}]}`
	}
	stream := func(s string) string {
		return `{"format":"duologue-trace","version":1,"suites":[{"scenarios":[{"connections":[{"streams":[` + s + `]}]}]}]}`
	}
	tests := []struct{ name, text, want string }{
		{"nothing", "", "unexpected end"},
		{"null", "null", `the key "format" is missing`},
		{"no object", "[1]", "cannot unmarshal array"},
		{"another file", `{"version":1}`, `the key "format" is missing`},
		{"another format", `{"format":"har","version":1}`, `the format is "har", not "duologue-trace"`},
		{"a higher version of another shape", `{"format":"duologue-trace","version":2,"suites":7}`, "version 2 is newer than version 1"},
		{"no version", `{"format":"duologue-trace"}`, "there is no version 0"},
		{"half a file", `{"format":"duologue-trace","version":1,"suites":[`, "unexpected end"},
		{"two files", `{"format":"duologue-trace","version":1}{}`, "after top-level value"},
		{"unknown verdict", `{"format":"duologue-trace","version":1,"suites":[{"scenarios":[{"verdict":"great"}]}]}`, `unknown verdict "great"`},
		{"unknown event", event(`{"kind":"sneeze","detail":{}}`), `unknown event "sneeze"`},
		{"no detail", event(`{"kind":"open"}`), "no detail"},
		{"null detail", event(`{"kind":"open","detail":null}`), "no detail"},
		{"null event", event(`null`), "unknown event"},
		{"bad base64", event(`{"kind":"ping","detail":{"data":{"base64":"?"}}}`), "illegal base64"},
		{"unknown codec", stream(`{"format":{"codec":"opus2"}}`), `unknown codec "opus2"`},
		{"crooked columns", stream(`{"format":{"codec":"ulaw"},"chunks":{"size":[1,2],"at":[1]}}`), `1 of "at" beside 2 of "size"`},
		{"columns without size", stream(`{"format":{"codec":"ulaw"},"chunks":{"at":[1]}}`), "sizes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Read(%s) = %v, want %q", tt.text, err, tt.want)
			}
		})
	}
}

// endless is a reader that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadIsBounded(t *testing.T) {
	if _, err := read(endless{}, 1<<20); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("read(endless) = %v, want that it is too large", err)
	}
}

func TestWriteRefusesAnEventWithoutDetail(t *testing.T) {
	run := &Run{Suites: []Suite{{Scenarios: []Scenario{{Problems: []Problem{{Recent: []Event{{}}}}}}}}}
	if err := Write(&bytes.Buffer{}, run); err == nil {
		t.Error("Write of an event without detail = nil, want an error")
	}
}

// What Read accepts, Write can write, and Read gives the same run again.
func FuzzRead(f *testing.F) {
	run := new(Run)
	fill(&testing.T{}, reflect.ValueOf(run).Elem(), new(int))
	var b bytes.Buffer
	if err := Write(&b, run); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"format":"duologue-trace","version":1,"run":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, first); err != nil {
			t.Fatalf("Write(Read(%q)) = %v", text, err)
		}
		second, err := Read(&b)
		if err != nil {
			t.Fatalf("Read(Write(Read(%q))) = %v", text, err)
		}
		if diff := cmp.Diff(first, second, same, whole); diff != "" {
			t.Errorf("a run changed on its way (-first +second):\n%s", diff)
		}
	})
}

// whole also compares unexported fields.
var whole = cmp.Exporter(func(reflect.Type) bool { return true })
