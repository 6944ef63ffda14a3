package expr

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// keywords cannot be names. Those of the second line have no meaning here, but
// are operators of the underlying parser.
var keywords = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "true": true, "false": true, "null": true,
	"nil": true, "let": true, "if": true, "else": true, "matches": true, "contains": true, "startsWith": true, "endsWith": true,
}

// CheckName says why an expression could not use a name for a label or variable.
// A name must be letters, digits and _, must not begin with a digit, and must
// not be a word of the expression language.
func CheckName(name string) error {
	if name == "" {
		return fmt.Errorf("a name must not be empty")
	}
	if keywords[name] {
		return fmt.Errorf("%q is a word of the expression language", name)
	}
	for i, r := range name {
		if !isWordRune(r) || r == utf8.RuneError || i == 0 && unicode.IsDigit(r) {
			return fmt.Errorf("the name %q must be letters, digits and _, and not begin with a digit", brief(name))
		}
	}
	return nil
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// brief cuts s to a length that fits into a message.
func brief(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
