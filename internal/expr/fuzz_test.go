package expr

import (
	"errors"
	"testing"
)

// checkPlace checks that a complaint points into its source.
func checkPlace(t *testing.T, src string, err error) {
	t.Helper()
	var e *Error
	if err == nil {
		return
	}
	if !errors.As(err, &e) || e.Message == "" {
		t.Fatalf("error %v of %q is not an *Error with a message", err, src)
	}
	if e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(src) {
		t.Fatalf("error %v of %q points at %d+%d, outside of it", err, src, e.Offset, e.Length)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"ready.json.items[0].id == 'x' and not (1s < 20ms * 2)", "{a: [1, null], 'b': -0x1F}.a[0:1]", "a ? b : c ? 1 : 2",
		"x not in range(1, 5)", "\"\\u00e9\" + 'ö'", "a..b", "let x = 1; x", "1.5e-3", "conn('main').url", "# + .x", "((((", "ö.ü", "x | y()",
		"-1ms.x", "repeat('x', 70000000)", "{1: 2}", "x[", "x[:", "a?.b ?? c", "if a {b} else {c}", "b'x'", "900ms(1)", "::f()", "not not true",
		"find(ready.json.seq, '(1)(?P<x>0)?')", "filter(ready.json.items, it == 1 or it.id == 'x')", "filter(codes, len(filter(codes, it > 1000)) == 1)[0]", "find('x', {'x'})", "filter(codes, {it})", "text(ready.data) + text(it)", "split('a,b', ',')[1:2]",
		"octets(-1 / 3, 9, 'little') + octets(0xffffffffffffffff, 8)", "sint(ready.data, 'big') + uint(ready.data, 'little') + crc32(ready.data)", "unvarint(varint(-1) + ready.data).value",
		"ungzip(gzip('x') + ready.data)", "inflate(unhex('ffffffff'))", "unzlib(zlib(ready.data)[0:9])", "deflate(repeat('x', 1000))",
		"rfc3339(unix() + 1e12) + rfc3339()", "jwt({alg: 'HS256', kid: null}, {exp: unix_ms() / 7}, ready.data)", "jwt('RS256', {}, '-----BEGIN PRIVATE KEY-----\\nMAA=\\n-----END PRIVATE KEY-----')",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := Compile(src, Scope{})
		checkPlace(t, src, err)
		if err != nil {
			return
		}
		for _, r := range p.Refs() {
			if r.Offset < 0 || r.Length <= 0 || r.Offset+r.Length > len(src) || len(r.Path) == 0 {
				t.Fatalf("Compile(%q).Refs() has %+v", src, r)
			}
		}
		v, err := p.Eval(world())
		checkPlace(t, src, err)
		if err == nil && kindOf(v) == foreign {
			t.Fatalf("Eval(%q) = %T, not one of our types", src, v)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a ${b.c} $$ $${x} $", "${ {a: '}'} }", "${'${'}", "${", "ö${vars.n}ü${1s}", "$$$${ready.at}", "${a}}", "${(}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tmpl, err := Parse(src, Scope{})
		checkPlace(t, src, err)
		if err != nil {
			return
		}
		_, err = tmpl.Eval(world())
		checkPlace(t, src, err)
	})
}

func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"a.start", "a.end - 20ms", "ö.at+1h", "a.strat", "a.start - b.end", "a.start - b.end - 1s", "vars.at", "a.start + 0.001us"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, err := ParseMoment(src)
		checkPlace(t, src, err)
		if err == nil {
			if back, err := ParseMoment(m.String()); err != nil || back != m {
				t.Fatalf("ParseMoment(%q) = %v, %v, want %v", m.String(), back, err, m)
			}
		}
		d, ok, err := ParseDifference(src)
		checkPlace(t, src, err)
		if err == nil && ok {
			if back, _, err := ParseDifference(d.String()); err != nil || back != d {
				t.Fatalf("ParseDifference(%q) = %v, %v, want %v", d.String(), back, err, d)
			}
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"900ms", "1.2s", "0.001us", "1m30s", "012s", "1e3s", "9223372036854775807us"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		d, err := ParseDuration(src)
		checkPlace(t, src, err)
		if err != nil {
			return
		}
		if back, err := ParseDuration(FormatDuration(d)); err != nil || back != d {
			t.Fatalf("ParseDuration(%q) = %v, %v, want %v", FormatDuration(d), back, err, d)
		}
	})
}
