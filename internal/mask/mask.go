// Package mask replaces secrets in octets by `***`, in every form in which they
// usually come to be printed:
//
//   - as they are, also without white space around them;
//   - in hexadecimal, lower or upper case;
//   - in base64, standard or URL alphabet, also as a part of something longer
//     that was encoded, at any alignment. The one or two digits that a part
//     shares with its neighbours stay: at most 4 bits of the secret at each end;
//   - any of these with any of its characters escaped as in URLs (%2B, + for a
//     space) or JSON (\", \/, \u00e9, \ud83d\ude00), in either case of the
//     digits, also escaped twice or three times, as JSON inside of JSON is.
//
// What overlaps is masked together. Text that is to be cut must be masked first:
// a part of a secret is not recognised.
package mask

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
)

// Secrets are 8 octets to 16 KiB long: a shorter one would be found where it is
// not meant, and make its own text unreadable rather than secret.
const (
	MinLength = 8
	MaxLength = 16 << 10
)

// Why a secret is refused. Neither error holds the secret.
var (
	ErrTooShort = errors.New("the secret is shorter than 8 octets")
	ErrTooLong  = errors.New("the secret is longer than 16 KiB")
)

const stars = "***"

// Masker knows the secrets. It may be used by several goroutines at once; a nil
// one masks nothing.
type Masker struct {
	mu    sync.RWMutex
	root  node
	pairs pairs // with which two octets an occurrence may begin
}

// New makes a Masker of secrets. Those that are too short or too long are left
// out and reported together, as ErrTooShort or ErrTooLong; the Masker for the
// others is given all the same.
func New(secrets []string) (*Masker, error) {
	m := &Masker{}
	var errs []error
	for _, s := range secrets {
		errs = append(errs, m.Add(s))
	}
	return m, errors.Join(errs...)
}

// Add makes m mask one more secret, such as a value computed from another one.
// What Writers hold back is seen with the new secret too.
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
	return nil
}

func (m *Masker) addForms(secret string) {
	lower := hex.EncodeToString([]byte(secret))
	m.add(secret)
	m.add(lower)
	m.add(strings.ToUpper(lower))
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		whole := encoding.EncodeToString([]byte(secret))
		m.add(whole)
		m.add(strings.TrimRight(whole, "="))
		for before := range 3 {
			m.add(inner(encoding, before, secret))
		}
	}
}

// inner gives the base64 digits that belong to secret alone when that many
// octets, modulo 3, come before it.
func inner(encoding *base64.Encoding, before int, secret string) string {
	digits := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
	from := (before*8 + 5) / 6
	to := (before + len(secret)) * 8 / 6
	return digits[from:to]
}

func (m *Masker) add(form string) {
	m.root.add(form)
	m.pairs.add(form)
}

// Bytes gives b with the secrets masked: b itself if there are none in it, else
// a copy.
func (m *Masker) Bytes(b []byte) []byte {
	if r := scanWhole(m, b); r.masked {
		return r.out
	}
	return b
}

// String gives s with the secrets masked.
func (m *Masker) String(s string) string {
	if r := scanWhole(m, s); r.masked {
		return string(r.out)
	}
	return s
}
