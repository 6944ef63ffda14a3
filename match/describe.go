package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
)

// Describe says in words what a bound matcher asks for.
func Describe(m Matcher) string { return m.row.describe(&m) }

func describeAll(items []Matcher, between string) string {
	parts := make([]string, len(items))
	for i := range items {
		parts[i] = Describe(items[i])
	}
	return strings.Join(parts, between)
}

// Show gives a value as a person would write it.
func Show(v any) string {
	switch v := v.(type) {
	case missing:
		if v.why != "" {
			return "nothing: " + v.why
		}
		return "nothing"
	case string:
		return strconv.Quote(v)
	case time.Duration:
		return diag.Round(v)
	case []byte:
		if len(v) > 32 {
			return fmt.Sprintf("%d octets, hex %s", len(v), diag.Octets(v))
		}
		return strings.TrimSpace("hex " + diag.Octets(v))
	case Amount:
		return v.String()
	case float64:
		if isEndless(v) {
			return expr.Notation(v)
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return string(v)
	}
	if value.Asks(v) {
		return value.Written(v)
	}
	v = expr.Plain(v)
	if expr.Jsonable(v) != nil { // a value that only MessagePack or CBOR has
		return expr.Notation(v)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// reason gives the message of an error without its place.
func reason(err error) string {
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return d.Message
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
