package assertions

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Describe says in words what a bound matcher asks for.
func Describe(m spec.Matcher) string {
	value := func() string { return show(m.Data.Value()) }
	switch m.Op {
	case "$eq":
		return value()
	case "$ne":
		return "anything but " + value()
	case "$gt":
		return "more than " + value()
	case "$gte":
		return "at least " + value()
	case "$lt":
		return "less than " + value()
	case "$lte":
		return "at most " + value()
	case "$between":
		if ends, ok := m.Data.Value().([]any); ok && len(ends) == 2 {
			return "between " + show(ends[0]) + " and " + show(ends[1])
		}
	case "$in":
		return "one of " + value()
	case "$exists":
		if m.Data.Value() == true {
			return "that it is there"
		}
		return "that it is not there"
	case "$approx":
		if pair, ok := m.Data.Value().([]any); ok && len(pair) == 2 {
			return show(pair[0]) + " ± " + show(pair[1])
		}
	case "$matches":
		return "text that matches " + value()
	case "$type":
		return "a value of type " + numberText(m.Data.Value())
	case "$schema":
		return "a value that the schema allows"
	case "$where":
		return "that " + m.Expression.Text() + " holds"
	case "$not":
		return "not (" + Describe(m.Items[0]) + ")"
	case "$each":
		return "each " + Describe(m.Items[0])
	case "$json":
		return "JSON: " + Describe(m.Items[0])
	case "$length":
		return "length " + Describe(m.Items[0])
	case "all", "$all_of":
		return describeAll(m.Items, " and ")
	case "$any_of":
		return describeAll(m.Items, " or ")
	case "$unordered":
		return "in any order [" + describeAll(m.Items, ", ") + "]"
	case "$path":
		parts := make([]string, len(m.Paths))
		for i, p := range m.Paths {
			parts[i] = p.Path.String() + ": " + Describe(p.Matcher)
		}
		return strings.Join(parts, " and ")
	case "object":
		parts := make([]string, len(m.Fields))
		for i, f := range m.Fields {
			parts[i] = f.Name + ": " + Describe(f.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case "list":
		return "[" + describeAll(m.Items, ", ") + "]"
	}
	return strings.ReplaceAll(strings.TrimPrefix(m.Op, "$"), "_", " ") + " " + value()
}

func describeAll(items []spec.Matcher, between string) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = Describe(item)
	}
	return strings.Join(parts, between)
}

// show gives a value as a person would write it.
func show(v any) string {
	switch v := v.(type) {
	case missing:
		return "nothing"
	case string:
		return fmt.Sprintf("%q", v)
	case time.Duration:
		return trace.Round(v)
	case []byte:
		if len(v) > 32 {
			return fmt.Sprintf("%d octets, hex %s…", len(v), hex.EncodeToString(v[:32]))
		}
		return "hex " + hex.EncodeToString(v)
	case headerObject:
		return "headers"
	case spec.Amount:
		return v.String()
	}
	if isNumber(v) {
		return numberText(v)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
