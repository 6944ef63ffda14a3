package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxLength = 4 << 10
	maxDepth  = 100
)

type tokenKind int

const (
	wordToken tokenKind = iota
	numberToken
	stringToken
	operatorToken
)

// token is a part of an expression. Its offset is in octets of the scanned text.
type token struct {
	kind tokenKind
	text string
	span
}

// scanner finds the tokens and the end of an expression. It refuses what the
// underlying parser accepts and the language does not have.
type scanner struct {
	src      string
	pos      int
	tokens   []token
	brackets []token // the open ones
}

// scan reads the expression that begins at from. With inText it ends before the
// `}` of the `${`, and otherwise at the end of src.
func scan(src string, from int, inText bool) (*scanner, *Error) {
	s := &scanner{src: src, pos: from}
	for s.pos < len(src) {
		if s.pos-from > maxLength {
			return nil, span{from, s.pos - from}.errorf("the expression is longer than %d octets", maxLength)
		}
		if inText && src[s.pos] == '}' && len(s.brackets) == 0 {
			return s, nil
		}
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	if inText {
		return nil, span{from - 2, 2}.errorf("${ is not closed").hint("write } after the expression; a plain $ is written $$")
	}
	if n := len(s.brackets); n > 0 {
		open := s.brackets[n-1]
		return nil, open.errorf("%s is not closed", open.text)
	}
	return s, nil
}

func (s *scanner) next() *Error {
	r, size := utf8.DecodeRuneInString(s.src[s.pos:])
	switch {
	case r == utf8.RuneError && size <= 1:
		return span{s.pos, 1}.errorf("the expression is not valid UTF-8")
	case unicode.IsSpace(r):
		s.pos += size
		return nil
	case r == '\'' || r == '"':
		return s.string(byte(r))
	case isDigit(s.src[s.pos]):
		return s.number()
	case isWordRune(r):
		return s.word()
	}
	return s.operator(r, size)
}

func (s *scanner) emit(kind tokenKind, end int) token {
	t := token{kind, s.src[s.pos:end], span{s.pos, end - s.pos}}
	s.tokens = append(s.tokens, t)
	s.pos = end
	return t
}

func (s *scanner) string(quote byte) *Error {
	for i := s.pos + 1; i < len(s.src); i++ {
		switch s.src[i] {
		case quote:
			s.emit(stringToken, i+1)
			return nil
		case '\\':
			i++
		case '\n':
			return span{s.pos, 1}.errorf("the text is not closed with %c", quote)
		case '$':
			if strings.HasPrefix(s.src[i:], "${") {
				return span{i, 2}.errorf("${ inside an expression").hint("join texts with +")
			}
		}
	}
	return span{s.pos, 1}.errorf("the text is not closed with %c", quote)
}

func (s *scanner) word() *Error {
	end := s.pos
	for end < len(s.src) {
		r, size := utf8.DecodeRuneInString(s.src[end:])
		if !isWordRune(r) {
			break
		}
		end += size
	}
	afterDot := s.follows(".")
	t := s.emit(wordToken, end)
	if hint := foreignWords[t.text]; hint != "" && !afterDot {
		return t.errorf("unexpected %q", t.text).hint("%s", hint)
	}
	if end < len(s.src) && strings.IndexByte(`'"`, s.src[end]) >= 0 && strings.EqualFold(t.text, "b") {
		return t.errorf("octets have no literal").hint("write unhex('…')")
	}
	return nil
}

// follows reports whether the last token is text.
func (s *scanner) follows(text string) bool {
	n := len(s.tokens)
	return n > 0 && s.tokens[n-1].text == text
}

var foreignWords = map[string]string{
	"nil":        "write null",
	"let":        "an expression sets no variable",
	"if":         "write condition ? a : b",
	"else":       "write condition ? a : b",
	"matches":    "use the matcher $matches",
	"contains":   "write 'part' in text",
	"startsWith": "use the matcher $starts_with",
	"endsWith":   "use the matcher $ends_with",
}

// number reads everything that could be part of a number or a duration, so that
// a complaint shows all of it.
func (s *scanner) number() *Error {
	end := s.pos
	for end < len(s.src) {
		r, size := utf8.DecodeRuneInString(s.src[end:])
		exponent := (r == '+' || r == '-') && isExponent(s.src[s.pos:end])
		point := r == '.' && end+1 < len(s.src) && isDigit(s.src[end+1])
		if !isWordRune(r) && !exponent && !point {
			break
		}
		end += size
	}
	s.emit(numberToken, end)
	return nil
}

// isExponent reports whether a sign after s would belong to the number.
func isExponent(s string) bool {
	return (strings.HasSuffix(s, "e") || strings.HasSuffix(s, "E")) && !strings.HasPrefix(s, "0x") && !strings.HasPrefix(s, "0X")
}

// refused are operators that the underlying parser knows, or that somebody used
// to another language would write, with what to write instead.
var refused = []struct{ text, hint string }{
	{"===", "write =="}, {"!==", "write !="},
	{"&&", "write and"}, {"||", "write or"}, {"?.", "a missing member is an error; ask 'name' in value first"},
	{"??", "a missing member is an error; ask 'name' in value first"}, {"..", "write range(a, b)"},
	{"**", ""}, {"//", "an expression holds no comment"}, {"/*", "an expression holds no comment"}, {"::", ""},
	{"${", "write the expression without ${…} here"},
}

var refusedRunes = map[rune]string{
	'&': "write and", '|': "write or", '!': "write not", '=': "write ==", '`': "write '…' or \"…\"",
	'$': "a name is letters, digits and _",
}

var allowed = []string{"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", ",", ":", ".", "?"}

var closing = map[string]string{"(": ")", "[": "]", "{": "}"}

func (s *scanner) operator(r rune, size int) *Error {
	rest := s.src[s.pos:]
	for _, no := range refused {
		if strings.HasPrefix(rest, no.text) {
			return span{s.pos, len(no.text)}.errorf("unknown operator %q", no.text).hint("%s", no.hint)
		}
	}
	for _, op := range allowed {
		if strings.HasPrefix(rest, op) {
			t := s.emit(operatorToken, s.pos+len(op))
			if op == "." && s.pos < len(s.src) && isDigit(s.src[s.pos]) {
				return t.errorf("unexpected %q before a digit", ".").hint("write 0.5, and items[5] for an element")
			}
			return nil
		}
	}
	if strings.ContainsRune("()[]{}", r) {
		if err := s.checkCall(r); err != nil {
			return err
		}
		return s.bracket(s.emit(operatorToken, s.pos+size))
	}
	return span{s.pos, size}.errorf("unexpected %q", string(r)).hint("%s", refusedRunes[r])
}

// checkCall refuses calls of anything but a function of ours. The underlying
// parser has functions and methods of its own.
func (s *scanner) checkCall(bracket rune) *Error {
	n := len(s.tokens)
	if bracket != '(' || n == 0 || s.tokens[n-1].kind != wordToken {
		return nil
	}
	t := s.tokens[n-1]
	if n > 1 && s.tokens[n-2].text == "." {
		return t.errorf("%q cannot be called", t.text).hint("a value has members, not methods")
	}
	if !keywords[t.text] && functions[t.text] == nil {
		return t.errorf("unknown function %q", t.text).hint("%s", didYouMean(t.text, Functions()))
	}
	return nil
}

func (s *scanner) bracket(t token) *Error {
	if closing[t.text] != "" {
		if len(s.brackets) == maxDepth {
			return t.errorf("the expression nests more than %d deep", maxDepth)
		}
		s.brackets = append(s.brackets, t)
		return nil
	}
	n := len(s.brackets)
	if n == 0 || closing[s.brackets[n-1].text] != t.text {
		return t.errorf("unexpected %q", t.text)
	}
	s.brackets = s.brackets[:n-1]
	return nil
}
