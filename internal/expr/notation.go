package expr

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Notation writes a value for people, in the diagnostic notation of CBOR (RFC 8949 section 8). That is
// JSON, with further forms for what JSON does not have: h'00ff' for octets, 1(…) for a tag, keys
// of any kind, NaN, undefined. Of long octets it gives the beginning.
func Notation(v any) string { return Noted(v, math.MaxInt) }

// Noted is [Notation] with at most so many octets, and `…` where more would follow.
func Noted(v any, most int) string {
	w := notation{most: most}
	w.value(v)
	if w.full {
		return strings.ToValidUTF8(string(w.out), "") + "…"
	}
	return string(w.out)
}

// notation is a value that is being written. It is full once more than most octets would be there.
type notation struct {
	out   []byte
	most  int
	exact bool // octets are written whole
	full  bool
}

// longOctets is how many octets of a value are shown.
const longOctets = 32

func (w *notation) write(s string) {
	if room := w.most - len(w.out); len(s) > room {
		w.out, w.full = append(w.out, s[:max(room, 0)]...), true
		return
	}
	w.out = append(w.out, s...)
}

func (w *notation) value(v any) {
	switch v := v.(type) {
	case Lines:
		w.value(Settle(v))
	case nil:
		w.write("null")
	case string:
		w.text(v)
	case []byte:
		w.octets(v)
	case float64:
		w.write(noteFloat(v))
	case time.Duration:
		w.write(FormatDuration(v))
	case *Tag:
		w.write(string(v.Number) + "(")
		w.value(v.Content)
		w.write(")")
	case Simple:
		if v == undefined {
			w.write("undefined")
			return
		}
		w.write(fmt.Sprintf("simple(%d)", uint8(v)))
	case []any:
		w.list(v)
	case *Mapping:
		w.mapping(v)
	case Object:
		w.value(Plain(v))
	default:
		if s, err := Text(v); err == nil {
			w.write(s)
			return
		}
		w.write(fmt.Sprint(v))
	}
}

func (w *notation) list(items []any) {
	w.write("[")
	for i, item := range items {
		if i > 0 {
			w.write(",")
		}
		if w.value(item); w.full {
			return
		}
	}
	w.write("]")
}

func (w *notation) mapping(m *Mapping) {
	w.write("{")
	first := true
	for name, item := range m.All() {
		if !first {
			w.write(",")
		}
		first = false
		if shown, ok := strings.CutPrefix(name, keyMark); ok {
			w.write(shown)
		} else {
			w.text(name)
		}
		w.write(":")
		if w.value(item); w.full {
			return
		}
	}
	w.write("}")
}

// text writes text in quotes. Of text that will not fit it quotes no more than may fit.
func (w *notation) text(s string) {
	if room := max(w.most-len(w.out), 0); len(s) > room {
		for room > 0 && !utf8.RuneStart(s[room]) {
			room--
		}
		s = s[:room] + "…"
	}
	var b bytes.Buffer
	_ = AppendJSON(&b, s) // text can always be written
	w.write(b.String())
}

func (w *notation) octets(v []byte) {
	if len(v) > longOctets && !w.exact {
		w.write(fmt.Sprintf("h'%s…' (%d octets)", hex.EncodeToString(v[:longOctets]), len(v)))
		return
	}
	if len(v) > w.most {
		v = v[:w.most]
	}
	w.write("h'" + hex.EncodeToString(v) + "'")
}

// noteFloat writes a float so that it is no whole number to a reader.
func noteFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if b, err := json.Marshal(f); err == nil { // the same digits, without an exponent where that is short
		s = string(b)
	}
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}
