package dialect

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is a recorded message, with the values in it.
type sample struct {
	where  string
	from   Role
	kind   Kind
	way    string // how it is tried: both ways; read: only read; text: both ways, with counters as text
	data   string
	values string
}

// samples reads the recorded messages of a dialect.
func samples(t *testing.T, name string) []sample {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "samples", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // reading does not fail late
	var out []sample
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0] == "#" || strings.HasPrefix(words[0], "#") {
			continue
		}
		s := sample{where: fmt.Sprintf("%s:%d", name, n), from: Role(words[0]), kind: Kind(words[1]), way: words[2]}
		lines.Scan()
		s.data = lines.Text()
		lines.Scan()
		s.values = lines.Text()
		n += 2
		out = append(out, s)
	}
	if len(out) == 0 {
		t.Fatal("no samples")
	}
	return out
}

// Every recorded message is understood, and written again exactly as it was.
// Both roles come from one definition, which this keeps true.
func TestRecordedSamples(t *testing.T) {
	for _, name := range []string{"voximplant", "twilio", "vonage"} {
		d, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples(t, name) {
			t.Run(s.where, func(t *testing.T) {
				f, err := d.Flow(s.from.Peer(), Options{})
				if err != nil {
					t.Fatal(err)
				}
				m := f.recognise(0, []byte(s.data), &Received{})
				if m == nil || m.kind != s.kind {
					t.Fatalf("recognise(%s) = %v, want %s", s.data, m, s.kind)
				}
				reader := matcher{values: make([]value, d.slots()), counters: len(d.counters)}
				if reader.match(&m.body, []byte(s.data)); reader.problem != "" {
					t.Fatalf("match(%s): %s", s.data, reader.problem)
				}
				checkValues(t, d, reader.values, s.values)
				if s.way == "read" {
					return
				}
				r := renderer{values: reader.values, counters: len(d.counters), countersAsText: s.way == "text"}
				if got := string(r.append(nil, &m.body)); got != s.data {
					t.Errorf("rendered\n%s\nwant\n%s", got, s.data)
				}
			})
		}
	}
}

// checkValues compares values with "name=value …", where _ stands for a space in
// a value.
func checkValues(t *testing.T, d *Dialect, values []value, want string) {
	t.Helper()
	wanted := map[string]string{}
	for _, pair := range strings.Fields(want) {
		name, v, _ := strings.Cut(pair, "=")
		wanted[name] = strings.ReplaceAll(v, "_", " ")
	}
	names := append([]string{}, commonNames...)
	for _, c := range d.counters {
		names = append(names, c.name)
	}
	for _, v := range d.vars {
		names = append(names, v.name)
	}
	for slot, v := range values {
		got := ""
		switch v.kind {
		case kindText:
			got = v.text
		case kindNumber:
			got = fmt.Sprint(v.number)
		case kindOctets:
			got = hex.EncodeToString(v.octets)
		case kindJSON:
			got = string(v.octets)
		}
		if got != wanted[names[slot]] {
			t.Errorf("%s = %q, want %q", names[slot], got, wanted[names[slot]])
		}
	}
}
