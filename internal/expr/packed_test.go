package expr

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

func unhexed(t *testing.T, digits string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readings are octets with what they hold, or with what is wrong with them.
var readings = []struct{ format, octets, holds string }{
	{"msgpack", "", "it is empty"},
	{"msgpack", "c0", "null"},
	{"msgpack", "cf ffffffffffffffff", "18446744073709551615"},
	{"msgpack", "d3 8000000000000000", "-9223372036854775808"},
	{"msgpack", "ca 3dcccccd", "0.10000000149011612"}, // a float of 32 bits is what it is
	{"msgpack", "cb 3ff0000000000000", "1.0"},
	{"msgpack", "c4 00", "h''"},
	{"msgpack", "a0", `""`},
	{"msgpack", "80", "{}"},
	{"msgpack", "82 01 a161 a131 a162", `{1:"a","1":"b"}`},
	{"msgpack", "81 c0 c2", "{null:false}"},
	{"msgpack", "81 9101 02", "{[1]:2}"},
	{"msgpack", "81 c4 0100 02", "{h'00':2}"},
	{"msgpack", "81 cb7ff8000000000000 01", "{NaN:1}"},
	{"msgpack", "82 01 02 cb3ff0000000000000 03", "{1:2,1.0:3}"},
	{"msgpack", "d4 05 ff", "5(h'ff')"},
	{"msgpack", "d6 ff 00000000", "-1(0)"},
	{"msgpack", "c7 0c ff 1dcd6500 fffffffffffffffe", "-1(-1.5)"},
	{"msgpack", "d5 ff 0102", "-1(h'0102')"},                          // no length of a timestamp
	{"msgpack", "d7 ff ffffffff 00000000", "-1(h'ffffffff00000000')"}, // more than 999999999 ns
	{"msgpack", "c1", "at octet 1 no value begins with c1"},
	{"msgpack", "92 01", "it ends too early, at octet 3 inside a list"},
	{"msgpack", "dd ffffffff 01", "it ends too early, at octet 7 inside a list"},
	{"msgpack", "df 80000000 01", "it ends too early, at octet 7 inside a map"},
	{"msgpack", "81 01", "it ends too early, at octet 3 inside a map"},
	{"msgpack", "c6 ffffffff 00", "it ends too early, at octet 7 inside octets"},
	{"msgpack", "db 7fffffff 61", "it ends too early, at octet 7 inside text"},
	{"msgpack", "a3 6162", "it ends too early, at octet 4 inside text"},
	{"msgpack", "c9 ffffffff 05", "it ends too early, at octet 7 inside an extension"},
	{"msgpack", "d8", "it ends too early, at octet 2 inside an extension"},
	{"msgpack", "cd 01", "it ends too early, at octet 3 inside a number"},
	{"msgpack", "de 00", "it ends too early, at octet 3 inside a map"},
	{"msgpack", "92 a161 a1ff", "at octet 4 stands text that is not UTF-8"},
	{"msgpack", "82 a161 01 a161 02", `at octet 5 the key "a" is given twice`},
	{"msgpack", "82 01 01 cc01 02", "at octet 4 the key 1 is given twice"}, // in two forms
	{"msgpack", "01 02", "octet 2 follows the value, which has ended"},
	{"msgpack", "01 02 03", "octets 2 to 3 follow the value, which has ended"},
	{"msgpack", strings.Repeat("91", 1001) + "01", "at octet 1001 it is nested more than 1000 deep"},
	{"msgpack", strings.Repeat("91", 1000) + "01", strings.Repeat("[", 1000) + "1" + strings.Repeat("]", 1000)},
	{"msgpack", "dd 00100001" + strings.Repeat("00", 1<<20+1), "at octet 1048581 it has more than 1048576 values, which are the most that are read"},
	{"msgpack", "81 c5 0400" + strings.Repeat("00", 1024) + "01", "at octet 2: a key that is no text has at most 1024 characters"},
	{"cbor", "", "it is empty"},
	{"cbor", "1b ffffffffffffffff", "18446744073709551615"},
	{"cbor", "3b ffffffffffffffff", "-18446744073709551616"},
	{"cbor", "c2 49 010000000000000000", "18446744073709551616"},
	{"cbor", "c3 49 010000000000000000", "-18446744073709551617"},
	{"cbor", "c2 41 05", "5"}, // a number, however it is written
	{"cbor", "c2 40", "0"},
	{"cbor", "c2 01", "2(1)"},
	{"cbor", "c2 58 80 01" + strings.Repeat("00", 127), "2(h'01" + strings.Repeat("00", 31) + "…' (128 octets))"},
	{"cbor", "f9 3e00", "1.5"},
	{"cbor", "fa 3dcccccd", "0.10000000149011612"},
	{"cbor", "f9 7e00", "NaN"},
	{"cbor", "f7", "undefined"},
	{"cbor", "e0", "simple(0)"},
	{"cbor", "f8 ff", "simple(255)"},
	{"cbor", "f4", "false"},
	{"cbor", "9f 01 9f ff ff", "[1,[]]"},
	{"cbor", "bf 01 02 ff", "{1:2}"},
	{"cbor", "7f 61 61 62 6263 ff", `"abc"`},
	{"cbor", "5f 41 00 42 0102 ff", "h'000102'"},
	{"cbor", "5f ff", "h''"},
	{"cbor", "d9 d9f7 01", "55799(1)"},
	{"cbor", "db ffffffffffffffff 01", "18446744073709551615(1)"},
	{"cbor", "a2 20 01 6130 02", `{-1:1,"0":2}`},
	{"cbor", "a1 a1 01 02 03", "{{1:2}:3}"},
	{"cbor", "a1 f7 01", "{undefined:1}"},
	{"cbor", "81", "it ends too early, at octet 2 inside a list"},
	{"cbor", "9f 01", "it ends too early, at octet 3 inside a list"},
	{"cbor", "9b ffffffffffffffff", "it ends too early, at octet 10 inside a list"},
	{"cbor", "9a 0000", "it ends too early, at octet 4 inside a list"},
	{"cbor", "bb 8000000000000000 01", "it ends too early, at octet 11 inside a map"},
	{"cbor", "5b ffffffffffffffff", "at octet 1: byte string length 18446744073709551615 is too large, causing integer overflow"},
	{"cbor", "5a 7fffffff 00", "it ends too early, at octet 7 inside octets"},
	{"cbor", "7f 61 61", "it ends too early, at octet 4 inside text"},
	{"cbor", "c1", "it ends too early, at octet 2 inside a tag"},
	{"cbor", "fb 3ff0", "it ends too early, at octet 4 inside a number"},
	{"cbor", "f8", "it ends too early, at octet 2 inside a number"},
	{"cbor", "f8 18", "at octet 1: invalid simple value 24 for type primitives"},
	{"cbor", "ff", `at octet 1: unexpected "break" code`},
	{"cbor", "82 01 ff", `at octet 3: unexpected "break" code`},
	{"cbor", "bf 01 ff", `at octet 3: unexpected "break" code`},
	{"cbor", "df 01", "at octet 1 no value begins with df"},
	{"cbor", "9c", "at octet 1 no value begins with 9c"},
	{"cbor", "1c", "at octet 1: invalid additional information 28 for type positive integer"},
	{"cbor", "5f 01 ff", "at octet 1: wrong element type positive integer for indefinite-length byte string"},
	{"cbor", "61 ff", "at octet 1 stands text that is not UTF-8"},
	{"cbor", "7f 61 ff ff", "at octet 1 stands text that is not UTF-8"},
	{"cbor", "a2 01 02 1801 03", "at octet 4 the key 1 is given twice"},
	{"cbor", "a2 a1 01 02 03 a1 01 02 04", "at octet 6 the key {1:2} is given twice"},
	{"cbor", "01 02", "octet 2 follows the value, which has ended"},
	{"cbor", strings.Repeat("c1", 1001) + "01", "at octet 1001 it is nested more than 1000 deep"},
	{"cbor", "9f" + strings.Repeat("80", 1<<20+1), "at octet 1048577 it has more than 1048576 values, which are the most that are read"},
}

// Octets are read as what they hold, and else it is said what is wrong with them and where.
func TestUnpack(t *testing.T) {
	for _, tt := range readings {
		v, err := decoderOf(tt.format)(unhexed(t, tt.octets))
		got := Notation(v)
		if err != nil {
			got = err.Error()
		}
		if got != tt.holds {
			t.Errorf("%s %.60s is %.100s, want %.100s", tt.format, tt.octets, got, tt.holds)
		}
	}
}

// A value that was read is written so that it is read as the same value.
func TestPackedAgain(t *testing.T) {
	for _, tt := range readings {
		v, err := decoderOf(tt.format)(unhexed(t, tt.octets))
		if err != nil {
			continue
		}
		again(t, tt.format, v)
	}
}

// again writes a value and reads it again.
func again(t *testing.T, format string, v any) {
	t.Helper()
	encode := EncodeMsgpack
	if format == "cbor" {
		encode = EncodeCBOR
	}
	data, err := encode(v)
	if err != nil {
		t.Fatalf("%s is not written in %s: %v", Notation(v), format, err)
	}
	back, err := decoderOf(format)(data)
	if err != nil || Notation(back) != Notation(v) {
		t.Fatalf("%s in %s is read again as %s, %v", Notation(v), format, Notation(back), err)
	}
}

// What a format does not have is an error that says so.
func TestPackRefuses(t *testing.T) {
	for src, want := range map[string]string{
		"msgpack(1s)":                           "MessagePack has no form for the duration 1s",
		"msgpack({a: [simple(23)]})":            "MessagePack has no form for the simple value undefined",
		"msgpack(18446744073709551616)":         "MessagePack has no whole numbers of more than 64 bits, such as 18446744073709551616",
		"msgpack(unjson('1e400'))":              "1e400 does not fit into a float of 64 bits",
		"msgpack(tag(128, octets('a')))":        "the type of a MessagePack extension is -128 to 127, not 128",
		"msgpack(tag(5, 'a'))":                  `the content of a MessagePack extension is octets, not the text "a"`,
		"msgpack(tag(5, 5))":                    "the content of a MessagePack extension is octets, not the number 5",
		"msgpack(tag(-1, 'a'))":                 `the content of a MessagePack extension is octets, not the text "a"`,
		"msgpack(tag(-1, 9223372036854775808))": "the number 9223372036854775808 is no time of a MessagePack timestamp",
		"msgpack({(-1): tag(300, octets(''))})": "the type of a MessagePack extension is",
		"cbor(1s)":                              "CBOR has no form for the duration 1s",
		"cbor([tag(-1, 5)])":                    "CBOR has no tag -1",
		"cbor({a: unjson('[1e999]')})":          "1e999 does not fit",
		"tag(1.5, 1)":                           "the number 1.5 is no number of a tag",
		"tag(18446744073709551616, 1)":          "the number 18446744073709551616 is no number of a tag",
		"simple(24)":                            "24 is no simple value: they are 0 to 23 and 32 to 255",
		"simple(256)":                           "256 is no simple value",
		"simple(-1)":                            "-1 is no simple value",
		"unmsgpack(unhex('c1'))":                "it is not MessagePack: at octet 1 no value begins with c1",
		"uncbor(unhex(''))":                     "it is not CBOR: it is empty",
		"protobuf('a.B', {})":                   "the suite names no .proto files",
		"unprotobuf('a.B', unhex(''))":          "the suite names no .proto files",
		"uncbor(unhex('f97e00')) + 1":           "NaN cannot be computed with",
		"uncbor(unhex('f97c00')) > 1":           "Infinity cannot be computed with",
		"text(tag(1, 2))":                       "text needs",
		"json([tag(1, 2)])":                     "JSON has no form for a tag 1",
		"json({a: uncbor(unhex('f97e00'))})":    "JSON has no form for NaN",
		"json({1: 2})":                          "JSON has no form for the key 1",
		"{1: 2}[3]":                             "a mapping has no key 3",
		"{1: 2}['1']":                           `a mapping has no "1"`,
		"{1: 2}[1s]":                            "the duration 1s cannot be a key",
		"{a: 1}[1]":                             "a key is text, not the number 1",
		"1s in {1: 2}":                          "the duration 1s cannot be a key",
		"tag(1, 2) == tag(1, 'a')":              "cannot compare",
		"tag(1, 2) == 2":                        "cannot compare",
		"tag(1, 2).number":                      `a tag 1 has no "number" (there is tag, value)`,
		"tag(1, 2) < tag(1, 3)":                 "has no order",
	} {
		p, err := Compile(src, Scope{})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if v, err := p.Eval(Env{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s = %v, %v, want the error %q", src, v, err, want)
		}
	}
	for _, src := range []string{"{1.5: 2}", "{1: 2, 1: 3}", "{(-1): 2, (-1): 3}", "{(1): 2}", "{1s: 2}"} {
		if _, err := Compile(src, Scope{}); err == nil {
			t.Errorf("%s is compiled", src)
		}
	}
}

// Expressions compute with what only MessagePack and CBOR have.
func TestPackedValues(t *testing.T) {
	for src, want := range map[string]string{
		"{1: 2}[1]":           "2",
		"{1: 2, '1': 3}":      `{1:2,"1":3}`,
		"{1: 2, '1': 3}['1']": "3",
		"{(-7): 'x'}[-7]":     `"x"`,
		"1 in {1: 2}":         "true",
		"'1' in {1: 2}":       "false",
		"2 in {1: 2}":         "false",
		"unhex('00') in uncbor(unhex('a1410001'))":           "true",
		"uncbor(unhex('a1410001'))[unhex('00')]":             "1",
		"uncbor(unhex('a1f501'))[true]":                      "1",
		"uncbor(unhex('a1f601'))[null]":                      "1",
		"{1: 2} == uncbor(unhex('a10102'))":                  "true",
		"{1: 2} == {'1': 2}":                                 "false",
		"len({1: 2, a: 3})":                                  "2",
		"tag(1, 5).tag + tag(1, 5).value":                    "6",
		"tag(1, 5) == uncbor(unhex('c105'))":                 "true",
		"tag(1, 5) == tag(2, 5)":                             "false",
		"tag(1, {a: 1}) == tag(1, {a: 2})":                   "false",
		"simple(23) == uncbor(unhex('f7'))":                  "true",
		"simple(23) == simple(22)":                           "false",
		"simple(23) == null":                                 "false",
		"simple(20)":                                         "false",
		"simple(21)":                                         "true",
		"simple(22)":                                         "null",
		"hex(msgpack({b: 1, a: 2}))":                         `"82a16201a16102"`,
		"hex(cbor({b: 1, a: 2}))":                            `"a2616201616102"`,
		"hex(msgpack(1 / 2))":                                `"cb3fe0000000000000"`,
		"hex(msgpack(2 / 2))":                                `"01"`,
		"hex(msgpack(unjson('1.0')))":                        `"cb3ff0000000000000"`,
		"hex(cbor(tag(24, cbor({1: -7}))))":                  `"d81843a10126"`,
		"hex(msgpack(tag(-1, unhex('01'))))":                 `"d4ff01"`,
		"hex(msgpack(tag(-1, 17179869184)))":                 `"c70cff000000000000000400000000"`,
		"uncbor(cbor(unmsgpack(msgpack({a: unhex('00')}))))": "{\"a\":h'00'}",
	} {
		p, err := Compile(src, Scope{})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		v, err := p.Eval(Env{})
		if got := Notation(v); err != nil || got != want {
			t.Errorf("%s = %s, %v, want %s", src, got, err, want)
		}
	}
}

// A key that a mapping lacks may be missing, of whatever kind it is.
func TestMissingKeys(t *testing.T) {
	for src, lacks := range map[string]bool{"m[2]": true, "m['b']": true, "m.b": true, "o[1]": false, "m[1s]": false} {
		p, err := Compile(src, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		m := NewMapping(1)
		if err := m.SetKey(int64(1), "a"); err != nil {
			t.Fatal(err)
		}
		_, err = p.Lookup(Env{Names: Map{"m": m, "o": MappingOf(map[string]any{"a": 1})}})
		var absent *Absence
		if errors.As(err, &absent) != lacks {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// Long values are cut, and nothing that JSON lacks is written as JSON.
func TestNotation(t *testing.T) {
	long := []any{strings.Repeat("a", 100), []byte(strings.Repeat("b", 100)), json.Number("1.50"), math.Copysign(0, -1), 1e21, 1e-7}
	if got, want := Notation(long), `["`+strings.Repeat("a", 100)+`",h'`+strings.Repeat("62", 32)+`…' (100 octets),1.50,-0.0,1e+21,1e-7]`; got != want {
		t.Errorf("Notation = %s, want %s", got, want)
	}
	whole := Notation(long)
	for most := range len(whole) + 1 {
		if got := Noted(long, most); len(got) > most+len("…") || (got == whole) != (most == len(whole)) || got != whole && !strings.HasSuffix(got, "…") {
			t.Fatalf("of at most %d octets it is %s", most, got)
		}
	}
	m := NewMapping(1)
	if err := m.SetKey(int64(1), 2); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{m, &Tag{"1", 2}, undefined} {
		if b, err := json.Marshal(v); err == nil {
			t.Errorf("%s becomes %s", Notation(v), b)
		}
	}
	if m.String() != "{1:2}" || (&Tag{"1", "a"}).String() != `1("a")` {
		t.Errorf("%s and %s", m, &Tag{"1", "a"})
	}
}

// FuzzUnpack holds us against the library: both read the same octets as CBOR, but for what we refuse on
// purpose. What we read is written so that it is read as the same.
func FuzzUnpack(f *testing.F) {
	for _, tt := range readings {
		data, _ := hex.DecodeString(strings.ReplaceAll(tt.octets, " ", ""))
		if len(data) < 100 {
			f.Add(data)
		}
	}
	mode, err := cbor.DecOptions{MaxNestedLevels: maxPackedDepth}.DecMode()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := DecodeMsgpack(data); err == nil {
			again(t, "msgpack", v)
		}
		v, err := DecodeCBOR(data)
		if err == nil {
			again(t, "cbor", v)
		}
		wrong := mode.Wellformed(data)
		switch {
		case err == nil && wrong != nil:
			t.Errorf("%x is read as %s, and the library says %v", data, Notation(v), wrong)
		case err != nil && wrong == nil && !strings.Contains(err.Error(), "is given twice") && !strings.Contains(err.Error(), "not UTF-8") && !strings.Contains(err.Error(), "at most 1024 characters"):
			t.Errorf("%x is refused, %v, and the library reads it", data, err)
		}
	})
}
