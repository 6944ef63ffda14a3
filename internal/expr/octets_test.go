package expr

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"strings"
	"testing"
)

func TestOctets(t *testing.T) {
	tests := []struct {
		src  string
		want any
	}{
		{"hex(octets(258, 2))", "0102"},
		{"hex(octets(258, 2, 'big'))", "0102"},
		{"hex(octets(258, 2, 'little'))", "0201"},
		{"hex(octets(1, 3, 'little'))", "010000"},
		{"hex(octets(255, 1) + octets(-1, 1) + octets(-128, 1))", "ffff80"},
		{"hex(octets(-2, 8))", "fffffffffffffffe"},
		{"hex(octets(18446744073709551615, 8))", "ffffffffffffffff"},
		{"hex(octets(-9223372036854775808, 8, 'little'))", "0000000000000080"},
		{"hex(octets(0x123456789abc, 6))", "123456789abc"},
		{"hex(octets('ö') + octets(unhex('00')))", "c3b600"},
		{"uint(unhex('0102'))", int64(258)},
		{"uint(unhex('0102'), 'big')", int64(258)},
		{"uint(unhex('0102'), 'little')", int64(513)},
		{"uint(unhex('ffffffffffffffff'))", json.Number("18446744073709551615")},
		{"sint(unhex('ff'))", int64(-1)},
		{"sint(unhex('7f'))", int64(127)},
		{"sint(unhex('feff'), 'little')", int64(-2)},
		{"sint(unhex('feff'))", int64(-257)},
		{"sint(unhex('8000000000000000'))", int64(-9223372036854775808)},
		{"sint(octets(-70000, 3, 'little'), 'little')", int64(-70000)},
		// Protocol Buffers, "Encoding": 150 and -2; MQTT 3.1.1 section 2.2.3: the borders of its lengths.
		{"hex(varint(150))", "9601"},
		{"hex(varint(-2))", "feffffffffffffffff01"},
		{"hex(varint(0) + varint(127) + varint(128) + varint(16383) + varint(16384) + varint(268435455))", "007f8001ff7f808001ffffff7f"},
		{"unvarint(unhex('9601'))", MappingOf(map[string]any{"value": int64(150), "size": int64(2)})},
		{"unvarint(unhex('00ff')).size", int64(1)},
		{"unvarint(varint(18446744073709551615)).value", json.Number("18446744073709551615")},
		{"crc32('123456789')", int64(0xcbf43926)}, // the check value that CRC catalogues give
		{"crc32('')", int64(0)},
		{"hex(octets(crc32(unhex('49454e44')), 4))", "ae426082"}, // the IEND chunk of every PNG
	}
	for _, test := range tests {
		got, err := evaluated(test.src, Env{})
		if m, ok := got.(*Mapping); ok && err == nil {
			if same, err := Equal(m, test.want); err != nil || !same {
				t.Errorf("%s = %v, want %v", test.src, m, test.want)
			}
			continue
		}
		if err != nil || got != test.want {
			t.Errorf("%s = %v, %v, want %v", test.src, got, err, test.want)
		}
	}
}

func TestCompressed(t *testing.T) {
	for src, want := range map[string]any{
		"hex(inflate(unhex('cb48cdc9c90700')))":                                            "68656c6c6f", // of Python's zlib, with wbits -15
		"hex(unzlib(unhex('789ccb48cdc9c90700062c0215')))":                                 "68656c6c6f", // of Python's zlib
		"hex(ungzip(unhex('1f8b0800000000000203cb48cdc9c9070086a6103605000000')))":         "68656c6c6f", // of Python's gzip
		"hex(inflate(unhex('010500faff68656c6c6f')))":                                      "68656c6c6f", // a stored block, RFC 1951 section 3.2.4
		"hex(inflate(deflate('hello')) + unzlib(zlib('hello')) + ungzip(gzip('hello')))":   strings.Repeat("68656c6c6f", 3),
		"len(inflate(deflate('')) + unzlib(zlib('')) + ungzip(gzip('')))":                  int64(0),
		"len(gzip(repeat('a', 100000))) < 300 and len(deflate(repeat('a', 100000))) < 300": true,
		"hex(ungzip(gzip('a') + gzip('b')))":                                               "6162", // members, RFC 1952 section 2.2
	} {
		if got, err := evaluated(src, Env{}); err != nil || got != want {
			t.Errorf("%s = %v, %v, want %v", src, got, err, want)
		}
	}
}

func TestNoOctets(t *testing.T) {
	for src, want := range map[string]string{
		"octets(1)":                                 "a number needs the size",
		"octets('a', 1)":                            "a size belongs only to a number",
		"octets(1, 0)":                              "1 to 8 octets, not 0",
		"octets(1, 9)":                              "1 to 8 octets, not 9",
		"octets(1, 1.5)":                            "not a whole number",
		"octets(1.5, 2)":                            "the number 1.5 is not whole",
		"octets(256, 1)":                            "the number 256 does not fit into 1 octets",
		"octets(-129, 1)":                           "the number -129 does not fit into 1 octets",
		"octets(18446744073709551616, 8)":           "does not fit into 8 octets",
		"octets(1, 2, 'middle')":                    `'big' or 'little', not the text "middle"`,
		"uint(unhex('00'), 'LE')":                   `'big' or 'little', not the text "LE"`,
		"uint(unhex(''))":                           "0 octets are no number",
		"sint(unhex(''))":                           "there must be 1 to 8",
		"sint(unhex('000000000000000000'))":         "9 octets are no number with a sign",
		"sint(unhex('00'), 'LE')":                   "'big' or 'little'",
		"varint(18446744073709551616)":              "does not fit into 8 octets",
		"varint(0.5)":                               "is not whole",
		"unvarint(unhex(''))":                       "end before the number does",
		"unvarint(unhex('ff80'))":                   "end before the number does",
		"unvarint(unhex('ffffffffffffffffff02'))":   "more than 64 bits",
		"unvarint(unhex('ffffffffffffffffffff01'))": "more than 64 bits",
		"ungzip(unhex('1f8b'))":                     "end before what is compressed does",
		"ungzip(unhex(''))":                         "end before what is compressed does",
		"ungzip(octets('hello, you'))":              "cannot be inflated: gzip: invalid header",
		"ungzip(gzip('hello')[0:20])":               "end before what is compressed does",
		"unzlib(octets('hello'))":                   "cannot be inflated: zlib: invalid header",
		"inflate(unhex('ff'))":                      "cannot be inflated",
		"inflate(deflate('hello') + octets(1, 2))":  "2 octets follow the end",
		"unzlib(zlib('hello') + octets(1, 1))":      "1 octets follow the end",
		"ungzip(gzip('hello') + octets(1, 1))":      "end before what is compressed does",
	} {
		if got, err := evaluated(src, Env{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s = %v, %v, want an error with %q", src, got, err, want)
		}
	}
}

// A small message that inflates without end is an error, and costs no more memory than is allowed.
func TestBombs(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range maxOutput>>20 + 1 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	env := Env{Names: Map{"bomb": bomb.Bytes()}}
	if _, err := evaluated("ungzip(bomb)", env); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("a bomb of %d octets: error %v, want too large", bomb.Len(), err)
	}
	env.Budget = &Budget{Left: 1 << 20}
	if _, err := evaluated("ungzip(bomb)", env); err == nil || !strings.Contains(err.Error(), "than one suite may compute") || env.Budget.Left != 0 {
		t.Errorf("a bomb with a budget: error %v and %d octets left, want too large and none", err, env.Budget.Left)
	}
	env.Budget = &Budget{Left: compressEffort}
	for _, src := range []string{"gzip('a')", "zlib('a')", "deflate('a')"} {
		if _, err := evaluated(src, env); err == nil {
			t.Errorf("%s costs nothing", src)
		}
	}
}
