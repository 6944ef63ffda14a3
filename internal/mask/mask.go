// Package mask replaces secrets in octets by `***`, in every form in which they are usually
// printed:
//
//   - as they are, also without the white space around them, and each of their lines;
//   - in hexadecimal;
//   - in base64, standard or URL alphabet, also as a part of something longer
//     that was encoded, at any alignment. The one or two digits that a part
//     shares with its neighbours stay: at most 4 bits of the secret at each end;
//   - any of these with any of its characters escaped as in URLs (%2B, + for a
//     space) or JSON (\", \/, \u00e9, \ud83d\ude00), in either case of the
//     digits, also escaped twice or three times, as JSON inside of JSON is;
//   - any of these in upper and lower case, and with line breaks between its characters;
//   - four octets and more of any of these before or behind a `…`, where a text was cut;
//   - any of these cut over several texts, see [Masker.Parts].
//
// Occurrences that overlap are masked together.
package mask

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Secrets have 8 octets to 16 KiB. A shorter one would be found in places where it is not
// meant, and would make texts unreadable rather than secret.
const (
	MinLength = 8
	MaxLength = 16 << 10
)

// Why a secret is refused. The errors do not contain the secret.
var (
	ErrTooShort = errors.New("the secret is shorter than 8 octets")
	ErrTooLong  = errors.New("the secret is longer than 16 KiB")
)

const stars = "***"

// Masker knows secrets. Several goroutines may use it at once. A nil Masker masks nothing.
type Masker struct {
	base  *Masker // its secrets are known, too; may be nil
	mu    sync.RWMutex
	root  node
	forms []string // each once, in lower case
	known map[string]bool
	pairs pairs // the pairs of octets with which an occurrence may begin
}

// New makes a Masker of secrets. It leaves out those that are too short or too long, and
// reports them as ErrTooShort or ErrTooLong. The Masker of the others is valid even then.
func New(secrets []string) (*Masker, error) {
	m := &Masker{}
	var errs []error
	for _, s := range secrets {
		errs = append(errs, m.Add(s))
	}
	return m, errors.Join(errs...)
}

// Child gives a Masker that knows the secrets of m, also those that m learns later, and can
// learn others for itself. It is nil if m is.
func (m *Masker) Child() *Masker {
	if m == nil {
		return nil
	}
	return &Masker{base: m}
}

// Add makes m mask one more secret, such as a value computed from another one. The error is
// ErrTooShort or ErrTooLong.
func (m *Masker) Add(secret string) error {
	trimmed := strings.TrimSpace(secret)
	if len(trimmed) < MinLength {
		return ErrTooShort
	}
	if len(secret) > MaxLength {
		return ErrTooLong
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addForms(trimmed)
	if secret != trimmed {
		m.addForms(secret)
	}
	for line := range strings.Lines(trimmed) {
		if line = strings.TrimSpace(line); len(line) >= MinLength && len(line) < len(trimmed) {
			m.addForms(line)
		}
	}
	return nil
}

// lineBreak is the part of a text that is skipped wherever it stands.
var lineBreak = regexp.MustCompile(`[\r\n][\r\n \t]*`)

// addForms adds the forms in which a secret is printed, in lower case. The caller holds mu.
// Encoded forms differ if the secret was in another case before, so they are added for each
// case of it.
func (m *Masker) addForms(secret string) {
	texts := []string{secret}
	if utf8.ValidString(secret) { // other octets have no case
		texts = distinct(secret, strings.ToLower(secret), strings.ToUpper(secret))
	}
	for _, text := range texts {
		m.add(lineBreak.ReplaceAllString(text, ""))
		m.add(hex.EncodeToString([]byte(text)))
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			whole := encoding.EncodeToString([]byte(text))
			m.add(whole)
			m.add(strings.TrimRight(whole, "="))
			for before := range 3 {
				m.add(inner(encoding, before, text))
			}
		}
	}
}

// distinct gives each text once, without those that are too short. A letter may have fewer
// octets in another case.
func distinct(texts ...string) []string {
	slices.Sort(texts)
	return slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return len(s) < MinLength })
}

// inner gives the base64 digits that depend on the secret alone if so many octets (modulo 3)
// stand before it.
func inner(encoding *base64.Encoding, before int, secret string) string {
	digits := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
	from := (before*8 + 5) / 6
	to := (before + len(secret)) * 8 / 6
	return digits[from:to]
}

func (m *Masker) add(form string) {
	form = lower(form)
	if m.known[form] || m.base.knows(form) {
		return
	}
	if m.known == nil {
		m.known = map[string]bool{}
	}
	m.known[form] = true
	m.forms = append(m.forms, form)
	m.root.add(form)
	m.pairs.add(form)
}

// knows reports whether a form was added.
func (m *Masker) knows(form string) bool {
	if m == nil {
		return false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.known[form]
}

// lower gives a text with its ASCII letters in lower case. All other octets stay as they are.
func lower(text string) string {
	b := []byte(text)
	for i, c := range b {
		b[i] = folded[c]
	}
	return string(b)
}

// Bytes gives b with its secrets masked. Without a secret that is b itself, and otherwise a
// copy.
func (m *Masker) Bytes(b []byte) []byte {
	if spans := scanWhole(m, b); spans != nil {
		return masked(b, spans)
	}
	return b
}

// String gives s with the secrets masked.
func (m *Masker) String(s string) string {
	if spans := scanWhole(m, s); spans != nil {
		return string(masked(s, spans))
	}
	return s
}

// Beginning is [Masker.Bytes] for the beginning of something longer. It also masks a secret
// that is cut off at the end.
func (m *Masker) Beginning(b []byte) []byte {
	if m == nil {
		return b
	}
	m.hold()
	defer m.release()
	if spans, _ := scan(m, b, ends{final: true, cut: true}); spans != nil {
		return masked(b, spans)
	}
	return b
}
