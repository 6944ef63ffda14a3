package spec

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
)

// fieldKind is what the value of an event's field can be at all.
type fieldKind struct {
	name  string
	words []string // of a field that is one of a few words
	holds func(v any) bool
}

var (
	aNumber = fieldKind{name: "a number", holds: func(v any) bool { _, ok := v.(json.Number); return ok }}
	aFlag   = fieldKind{name: "true or false", holds: func(v any) bool { _, ok := v.(bool); return ok }}
)

func oneWord(words ...string) fieldKind {
	return fieldKind{name: "one of " + strings.Join(words, ", "), words: words,
		holds: func(v any) bool { text, ok := v.(string); return ok && slices.Contains(words, text) }}
}

// fieldKinds names the kinds of those fields that can be nothing else. A
// constant of another kind could never be equal: an `expect` of it could never
// pass, and an `absent` or a `$ne` of it would always.
var fieldKinds = map[string]fieldKind{
	"open.status": aNumber, "message.size": aNumber, "error.status": aNumber, "close.code": aNumber,
	"media.size": aNumber, "media.sequence": aNumber, "media.timestamp": aNumber,
	"close.clean":    aFlag,
	"close.by":       oneWord("us", "peer"),
	"close.tcp":      oneWord("fin", "reset", "timeout", "truncated", "local"),
	"close.tls":      oneWord("close_notify", "none", ""),
	"media_ended.by": oneWord("stop", "silence", "close"),
	"error.kind":     oneWord("refused", "dns", "tls", "timeout", "handshake", "protocol", "dialect", "limit", "abandoned"),
}

// check complains of the constants of a matcher that no value of the field can
// be.
func (k fieldKind) check(m Matcher, field string, out *diag.List) {
	switch m.Op {
	case "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$exact":
		k.constant(m.Data, field, out)
	case "$in", "$between", "$approx":
		for _, item := range m.Data.list {
			k.constant(item, field, out)
		}
	case "all", "$not", "$all_of", "$any_of":
		for _, item := range m.Items {
			k.check(item, field, out)
		}
	case "object", "list":
		out.Hintf(m.Pos, "", "%s is %s", field, k.name)
	}
}

func (k fieldKind) constant(d Data, field string, out *diag.List) {
	if d.template != nil || k.holds(d.literal) {
		return
	}
	hint := ""
	if text, ok := d.literal.(string); ok {
		hint = diag.DidYouMean(text, k.words)
		if k.words == nil {
			hint = "without quotes it is no text"
		}
	}
	out.Hintf(d.Pos, hint, "%s is %s, never %s", field, k.name, shown(d.literal))
}

func shown(v any) string {
	if text, ok := v.(string); ok {
		return fmt.Sprintf("%q", text)
	}
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}
