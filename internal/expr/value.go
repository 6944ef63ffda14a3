package expr

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Object is a value with named members, such as the value of a label. A member
// that is an error fails the expression with that error.
type Object interface {
	// Member gives the member with that name, or false.
	Member(name string) (any, bool)
	// Members lists the names that Member knows, for hints.
	Members() []string
}

// Condition is what a value is to be held against, such as `{$gt: 5}`. Expressions hand it
// on, and can do nothing else with it.
type Condition interface {
	// Condition gives it as it was written.
	Condition() string
}

// Map is an Object whose members are those of a map.
type Map map[string]any

// Member gives the member with that name, or false.
func (m Map) Member(name string) (any, bool) {
	v, ok := m[name]
	return v, ok
}

// Members lists the names of m, sorted.
func (m Map) Members() []string { return slices.Sorted(maps.Keys(m)) }

// kind is a set of kinds of values. A value has exactly one kind.
type kind int

const (
	null kind = 1 << iota
	boolean
	text
	octets
	number
	duration
	list
	mapping
	tagged
	simpleValue
	object
	condition
	foreign // a Go value of another type

	anything = condition - 1
)

var kindNames = []string{"null", "true or false", "text", "octets", "a number", "a duration", "a list", "a mapping", "a tag", "a simple value", "an object", "a matcher", "a foreign value"}

// String names the kinds, joined by "or".
func (k kind) String() string {
	var names []string
	for i, name := range kindNames {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

func kindOf(v any) kind {
	switch v := v.(type) {
	case Lines:
		return kindOf(Settle(v))
	case nil:
		return null
	case bool:
		return boolean
	case string:
		return text
	case []byte:
		return octets
	case *big.Rat, json.Number, float64, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return number
	case time.Duration:
		return duration
	case []any:
		return list
	case *Mapping:
		return mapping
	case *Tag:
		return tagged
	case Simple:
		return simpleValue
	case Object:
		return object
	case Condition:
		return condition
	}
	return foreign
}

// describe names a value in a message by its kind, and by itself if it is short.
func describe(v any) string {
	switch v := v.(type) {
	case Lines:
		return describe(Settle(v))
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return fmt.Sprintf("the text %q", brief(v))
	case []byte:
		return fmt.Sprintf("%d octets", len(v))
	case time.Duration:
		return "the duration " + FormatDuration(v)
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case *Mapping:
		return "a mapping"
	case *Tag:
		return fmt.Sprintf("a tag %s", v.Number)
	case Simple:
		return "the simple value " + Notation(v)
	case Object:
		return "an object"
	case Condition:
		return "a matcher"
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Notation(v)
		}
	}
	if kindOf(v) == number {
		s, err := formatNumber(v)
		if err == nil {
			return "the number " + brief(s)
		}
	}
	return fmt.Sprintf("a value of type %T", v)
}

// Equal compares two values. Numbers compare by value. It is an error if the
// values, or values inside them, have different kinds. Null is the exception: it
// can be compared with any value.
func Equal(a, b any) (bool, error) {
	a, b = Settle(a), Settle(b)
	if a == nil || b == nil {
		return a == nil && b == nil, nil
	}
	k := kindOf(a)
	if k != kindOf(b) || k == object || k == condition || k == foreign {
		return false, fmt.Errorf("cannot compare %s with %s", describe(a), describe(b))
	}
	switch k {
	case boolean, text, duration, simpleValue:
		return a == b, nil
	case octets:
		return bytes.Equal(a.([]byte), b.([]byte)), nil
	case number:
		n, err := compareNumbers(a, b)
		return n == 0, err
	case list:
		return equalLists(a.([]any), b.([]any))
	case tagged:
		return equalTags(a.(*Tag), b.(*Tag))
	}
	return equalMappings(a.(*Mapping), b.(*Mapping))
}

func equalTags(a, b *Tag) (bool, error) {
	if a.Number != b.Number {
		return false, nil
	}
	return Equal(a.Content, b.Content)
}

func equalLists(a, b []any) (bool, error) {
	if len(a) != len(b) {
		return false, nil
	}
	same := true
	for i := range a {
		ok, err := Equal(a[i], b[i])
		if err != nil {
			return false, fmt.Errorf("element %d: %w", i, err)
		}
		same = same && ok
	}
	return same, nil
}

func equalMappings(a, b *Mapping) (bool, error) {
	same := a.Len() == b.Len()
	for key, v := range a.All() {
		other, ok := b.Get(key)
		if !ok {
			same = false
			continue
		}
		eq, err := Equal(v, other)
		if err != nil {
			return false, fmt.Errorf("key %s: %w", ShowKey(key), err)
		}
		same = same && eq
	}
	return same, nil
}

// Compare gives the order of two numbers or two durations: negative, 0 or
// positive. Anything else, such as text, has no order, which is an error.
func Compare(a, b any) (int, error) {
	switch k := kindOf(a); {
	case k != kindOf(b):
		return 0, fmt.Errorf("cannot compare %s with %s", describe(a), describe(b))
	case k == number:
		return compareNumbers(a, b)
	case k == duration:
		return cmp.Compare(a.(time.Duration), b.(time.Duration)), nil
	}
	return 0, fmt.Errorf("%s has no order", describe(a))
}

func compareNumbers(a, b any) (int, error) {
	x, _, err := toRat(a)
	if err != nil {
		return 0, err
	}
	y, _, err := toRat(b)
	if err != nil {
		return 0, err
	}
	return x.Cmp(y), nil
}

// Text gives the form that a value has inside a text: text as it is; true or
// false; a number as JSON writes it, or as it came in JSON; a duration as
// [FormatDuration] writes it. Null, octets, lists and mappings have no such
// form. Their errors say what to write instead.
func Text(v any) (string, error) {
	switch kindOf(v) {
	case text:
		return v.(string), nil
	case boolean:
		return strconv.FormatBool(v.(bool)), nil
	case number:
		return formatNumber(v)
	case duration:
		return FormatDuration(v.(time.Duration)), nil
	case octets:
		return "", fmt.Errorf("%s cannot stand in text: write hex(…) or base64(…)", describe(v))
	case null, list, mapping:
		return "", fmt.Errorf("%s cannot stand in text: write json(…)", describe(v))
	}
	return "", fmt.Errorf("%s cannot stand in text", describe(v))
}
