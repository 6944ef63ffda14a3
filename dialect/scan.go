package dialect

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// The functions of this file walk over JSON that [json.Valid] has accepted, so
// they cannot fail. Walking allocates no memory and does not recurse, so a
// message may be nested as deep as it likes.

// isObject reports whether text is one valid JSON object.
func isObject(text []byte) bool {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	return len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(text)
}

// members calls visit with the name (as JSON) and the value of each member of a
// valid object.
func members(obj []byte, visit func(name, value []byte)) {
	i := skipSpace(obj, 0) + 1
	for {
		i = skipSpace(obj, i)
		if obj[i] == '}' {
			return
		}
		if obj[i] == ',' {
			i = skipSpace(obj, i+1)
		}
		end := skipValue(obj, i)
		name := obj[i:end]
		i = skipSpace(obj, skipSpace(obj, end)+1)
		end = skipValue(obj, i)
		visit(name, obj[i:end])
		i = end
	}
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue gives the end of the value that begins at i.
func skipValue(b []byte, i int) int {
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
		i++
	}
	return i
}

func skipString(b []byte, i int) int {
	for i++; ; i++ {
		i += bytes.IndexByte(b[i:], '"')
		escapes := 0
		for b[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

func skipNested(b []byte, i int) int {
	for depth := 0; ; {
		switch b[i] {
		case '"':
			i = skipString(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		i++
		if depth == 0 {
			return i
		}
	}
}

// unquote gives the text of a valid JSON string.
func unquote(raw []byte) string {
	inner := raw[1 : len(raw)-1]
	if isPlain(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(raw, &s) // the caller knows that it is valid
	return s
}

// isName reports whether a valid JSON string means name.
func isName(raw []byte, name string) bool {
	inner := raw[1 : len(raw)-1]
	if string(inner) == name {
		return true
	}
	return !isPlain(inner) && unquote(raw) == name
}

// isPlain reports whether the inside of a JSON string has no escapes and is
// valid UTF-8.
func isPlain(inner []byte) bool {
	return bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner)
}

// findMember gives the last value of a name in a valid object, or nil.
func findMember(obj []byte, name string) []byte {
	var found []byte
	members(obj, func(n, v []byte) {
		if isName(n, name) {
			found = v
		}
	})
	return found
}

// compact gives a valid JSON value without space between its parts.
func compact(raw []byte) []byte {
	var b bytes.Buffer
	_ = json.Compact(&b, raw) // the caller knows that it is valid
	return b.Bytes()
}

// maxShown is the most octets of a value in a complaint.
const maxShown = 60

// show describes a value for a complaint, by its type and content.
func show(raw []byte) string {
	text := string(raw)
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
		if raw[0] == '"' {
			text += `"`
		}
	}
	switch raw[0] {
	case '"':
		return "the text " + text
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 't', 'f', 'n':
		return text
	}
	return "the number " + text
}
