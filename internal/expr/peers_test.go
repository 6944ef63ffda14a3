package expr

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the octets of ours.txt anew")

// lines gives the fields of the lines of a file of testdata/peers.
func linesOf(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/peers/" + name)
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

func decoderOf(format string) func([]byte) (any, error) {
	if format == "msgpack" {
		return DecodeMsgpack
	}
	return DecodeCBOR
}

// What other libraries write is read as what they were given.
func TestPeersAreRead(t *testing.T) {
	wants := map[string]string{
		"hello":           `{"type":"hello","n":1}`,
		"numbers":         "[0,127,128,255,256,65536,4294967296,9007199254740991,-1,-32,-33,-129,-32769,-2147483649]",
		"big":             "[18446744073709551615,-9223372036854775808]",
		"floats":          "[0.1,1.5,-0.25,1e+300,NaN,Infinity,-Infinity]",
		"shortest floats": "[0.1,1.5,-0.25,1e+300,NaN,Infinity,-Infinity]",
		"text":            `["","ä€😀","` + strings.Repeat("x", 32) + `","` + strings.Repeat("y", 256) + `"]`,
		"octets":          "h'00ff10'",
		"nothing":         "[null,true,false]",
		"nested":          `{"a":[{"b":[]},{}],"c":{"d":{"e":"f"}}}`,
		"keys":            `{1:"a",-7:"b","c":1}`,
		"bignums":         "[18446744073709551616,-18446744073709551617,1267650600228229401496703205376]",
		"tag":             `32("http://a")`,
		"decimal":         "4([-1,15])",
		"extension":       `{"a":5(h'0102')}`,
		"msgpack time":    "-1(1764494100.25)",
		"cbor time":       `0("2025-11-30T09:15:00.250000Z")`,
		"timestamp":       "1(1764494100.25)",
		"undefined":       "[undefined,simple(99)]",
		// cbor-x writes what it calls a typed array, and has no name for other simple values
		"cbor-x octets": "64(h'00ff10')", "cbor-x time": "1(1764494100.25)", "cbor-x undefined": "[undefined]",
	}
	read := 0
	for _, line := range linesOf(t, "written.txt") {
		format, library, name, octets := line[0], line[1], line[2], line[3]
		data, err := hex.DecodeString(octets)
		if err != nil {
			t.Fatal(err)
		}
		v, err := decoderOf(format)(data)
		maker, _, _ := strings.Cut(library, " ")
		want := wants[maker+" "+name]
		for _, key := range []string{format + " " + name, name} {
			if want == "" {
				want = wants[key]
			}
		}
		// libraries of JavaScript write whole numbers of more than 32 bits as floats
		got := strings.NewReplacer("4294967296.0", "4294967296", "9007199254740991.0", "9007199254740991", "-2147483649.0", "-2147483649").Replace(Notation(v))
		if err != nil || got != want {
			t.Errorf("%s of %s is %s, %v, want %s", name, library, got, err, want)
		}
		read++
	}
	if read < 40 {
		t.Errorf("only %d values were read", read)
	}
}

// ours are values in both formats that other libraries have read.
var ours = []struct{ format, expression string }{
	{"msgpack", `{type: 'hello', n: 1, list: [1.5, null, true, false, 'ä']}`},
	{"msgpack", `[0, 127, 128, 65535, 65536, 4294967295, 4294967296, 9007199254740993, 18446744073709551615]`},
	{"msgpack", `[-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, -9223372036854775808]`},
	{"msgpack", `[unhex('00ff'), unhex(''), '', repeat('x', 31), repeat('y', 32), repeat('z', 256)]`},
	{"msgpack", `[0.1, -2.5, 100000.5]`},
	{"msgpack", `[tag(5, unhex('01')), tag(7, unhex('010203'))]`},
	{"msgpack", `tag(-1, 1764494100)`},
	{"msgpack", `tag(-1, 1764494100.25)`},
	{"msgpack", `tag(-1, -1.5)`},
	{"cbor", `{type: 'hello', n: 1, list: [1.5, null, true, false, 'ä']}`},
	{"cbor", `[0, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, 9007199254740993, 18446744073709551615, -1, -24, -25, -9223372036854775808]`},
	{"cbor", `[unhex('00ff'), unhex(''), '', repeat('x', 23), repeat('y', 24), repeat('z', 256)]`},
	{"cbor", `[0.1, -2.5, 100000.5, 16777217.5]`},
	{"cbor", `{1: 'a', (-7): 'b', c: [{2: 3}]}`},
	{"cbor", `tag(32, 'http://a')`},
	{"cbor", `[18446744073709551616, -18446744073709551617]`},
	{"cbor", `[simple(23)]`},
}

// What we write has been read by other libraries, and is still the same.
func TestPeersRead(t *testing.T) {
	var written strings.Builder
	octets := map[string]string{}
	for _, o := range ours {
		p, err := Compile(fmt.Sprintf("hex(%s(%s))", o.format, o.expression), Scope{})
		if err != nil {
			t.Fatalf("%s: %v", o.expression, err)
		}
		v, err := p.Eval(Env{})
		if err != nil {
			t.Fatalf("%s: %v", o.expression, err)
		}
		octets[o.format+o.expression] = v.(string)
		fmt.Fprintf(&written, "%s\t%s\t%s\n", o.format, o.expression, v)
	}
	if *update {
		if err := os.WriteFile("testdata/peers/ours.txt", []byte(written.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	readers := map[string]int{}
	for _, line := range linesOf(t, "read.txt") {
		format, library, expression, data, text := line[0], line[1], line[2], line[3], line[4]
		if octets[format+expression] != data {
			t.Errorf("%s in %s is %s, and %s has read %s", expression, format, octets[format+expression], library, data)
		}
		p, err := Compile(expression, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		v, err := p.Eval(Env{})
		if err != nil {
			t.Fatal(err)
		}
		if want := Notation(v); text != want {
			t.Errorf("%s reads %s in %s as %s, want %s", library, expression, format, text, want)
		}
		readers[expression+format]++
	}
	for _, o := range ours {
		if readers[o.expression+o.format] != 2 {
			t.Errorf("%s in %s was read by %d libraries, want 2", o.expression, o.format, readers[o.expression+o.format])
		}
	}
}
