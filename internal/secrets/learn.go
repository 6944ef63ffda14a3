// Package secrets masks values of suites and of traces: what a suite calls a secret,
// and values that are computed from one.
package secrets

import (
	"bytes"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
)

// New makes a masker, or gives nil if there are no secrets. It leaves out secrets that
// cannot be masked; whoever reads the suite complains of these.
func New(secrets []string) *mask.Masker {
	if len(secrets) == 0 {
		return nil
	}
	m, _ := mask.New(secrets) //nolint:errcheck // see above
	for _, secret := range secrets {
		if v, err := expr.DecodeJSON([]byte(secret)); err == nil { // such as the key of a service account
			Learn(m, v)
		}
	}
	return m
}

// Learn makes m mask a value and everything in it, except the names of its keys. It
// leaves out values that are too short, because they could not be told from other text,
// and values that contain a known secret, because the rest of those is not secret. The
// masker may be nil.
func Learn(m *mask.Masker, v any) {
	if m == nil {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			Learn(m, item)
		}
	case *expr.Mapping:
		for _, item := range v.All() {
			Learn(m, item)
		}
	case []byte:
		learnText(m, string(v))
	default:
		if text, err := expr.Text(v); err == nil {
			learnText(m, text)
		}
	}
}

func learnText(m *mask.Masker, text string) {
	if m.String(text) == text {
		_ = m.Add(text) // a value that is too short is left out
	}
}

// Reveals reports whether a value holds something that m masks.
func Reveals(m *mask.Masker, v any) bool {
	text, ok := v.(string)
	if !ok {
		var out bytes.Buffer
		if expr.AppendJSON(&out, expr.Plain(v)) != nil {
			return false
		}
		text = out.String()
	}
	return m.String(text) != text
}
