package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrAmbiguous says that text is refused although some readers take it for JSON.
var ErrAmbiguous = errors.New("JSON readers disagree about it")

// whyNoJSON says in our words what is wrong with text, and where.
func whyNoJSON(data []byte, dec *jsontext.Decoder, err error) error {
	var e *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it ends too early" + inside(data, dec))
	case !errors.As(err, &e):
		return err
	case errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Errorf("the key %q is given twice: %w", e.JSONPointer.LastToken(), ErrAmbiguous)
	}
	at := int(e.ByteOffset)
	switch {
	case json.Valid(data): // json.Valid accepts half of a surrogate pair, as U+FFFD
		return fmt.Errorf("at %s: %w: %w", placeOf(data, at), e.Err, ErrAmbiguous)
	case dec.StackDepth() >= maxNesting:
		return fmt.Errorf("at %s it is nested more than %d deep", placeOf(data, at), maxNesting)
	}
	// Only the words of the library's error say so.
	if word, at, ok := noToken(data, at); ok && strings.Contains(e.Err.Error(), "at start of value") {
		return fmt.Errorf("%q at %s is %s", word, placeOf(data, at), wanted(dec))
	}
	return fmt.Errorf("at %s: %w", placeOf(data, at), e.Err)
}

// textAfter complains about text after the value, which ends at end.
func textAfter(data []byte, end int) error {
	for end < len(data) && isSpace(data[end]) {
		end++
	}
	return fmt.Errorf("text after the JSON value, at %s", placeOf(data, end))
}

// maxNesting is how deep the library reads nested values.
const maxNesting = 10_000

// inside says where the text was when it ended too early.
func inside(data []byte, dec *jsontext.Decoder) string {
	within := ""
	switch kind, _ := dec.StackIndex(dec.StackDepth()); kind {
	case '{':
		within = " inside an object"
	case '[':
		within = " inside a list"
	}
	if len(data) == 0 {
		return ": it is empty"
	}
	return fmt.Sprintf(", at %s%s", placeOf(data, len(data)), within)
}

// wanted says what a word is not: a key or a value, whichever must stand at its place.
func wanted(dec *jsontext.Decoder) string {
	if kind, n := dec.StackIndex(dec.StackDepth()); kind == '{' && n%2 == 0 {
		return "no key in double quotes"
	}
	return "no value"
}

// noToken gives the word that stands where a token must begin, and its offset. It gives false if the text ends there. A
// word that goes on is cut and gets a `…`. The library gives the place of the comma or colon before the word.
func noToken(data []byte, at int) (word string, start int, ok bool) {
	if at < len(data) && (data[at] == ',' || data[at] == ':') {
		for at++; at < len(data) && isSpace(data[at]); at++ {
		}
	}
	if at >= len(data) {
		return "", at, false
	}
	end := at
	for end < len(data) && end < at+20 && isWord(data[end]) {
		end++
	}
	if end == at {
		_, size := utf8.DecodeRune(data[at:])
		return string(data[at : at+size]), at, true
	}
	if end < len(data) && !isSpace(data[end]) && !strings.ContainsRune(",:]}", rune(data[end])) {
		return string(data[at:end]) + "…", at, true // the mask knows the beginning of a secret before a `…`
	}
	return string(data[at:end]), at, true
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '.' || c == '+' || c == '-'
}

// placeOf names an octet of a text, counted from 1. If line and column say more, it gives them, too.
func placeOf(data []byte, at int) string {
	line, begin := 1, 0
	for i, c := range data[:min(at, len(data))] {
		if c == '\n' {
			line, begin = line+1, i+1
		}
	}
	column := utf8.RuneCount(data[begin:min(at, len(data))]) + 1
	if line == 1 && column == at+1 {
		return fmt.Sprintf("octet %d", at+1)
	}
	return fmt.Sprintf("line %d, column %d (octet %d)", line, column, at+1)
}
