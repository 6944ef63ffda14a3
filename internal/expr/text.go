package expr

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// toText gives the form that a value has inside a text. Octets must be UTF-8.
func toText(ev *evaluation, args []any) (any, error) {
	b, ok := args[0].([]byte)
	if !ok {
		s, err := Text(args[0])
		return s, err
	}
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("%s are not text in UTF-8", describe(args[0]))
	}
	return string(b), ev.charge(len(b))
}

// split gives the parts of a text between separators, in order. Some may be empty.
func split(ev *evaluation, args []any) (any, error) {
	s, separator := args[0].(string), args[1].(string)
	if separator == "" {
		return nil, errors.New("the separator is empty")
	}
	n := strings.Count(s, separator) + 1
	if err := ev.charge(n * elementSize); err != nil {
		return nil, err
	}
	parts := make([]any, 0, n)
	for part := range strings.SplitSeq(s, separator) {
		parts = append(parts, part)
	}
	return parts, nil
}

// A match takes at most about 30 ns for each octet of the text and each instruction of the
// compiled pattern. So maxSteps bounds it to a few seconds. A pattern has at most maxPattern
// octets, because counted repetitions compile to a hundred times as much.
const (
	maxSteps   = 1 << 27
	maxPattern = 1 << 10
)

// find gives the first match of a regular expression in a text, or null. It is a list of the whole
// match and of what each group took, or, if groups have names, a mapping of these groups. A
// group that took no part is null.
func find(ev *evaluation, args []any) (any, error) {
	s, pattern := args[0].(string), args[1].(string)
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("a regular expression has at most %d octets", maxPattern)
	}
	size, err := instructions(pattern)
	if err != nil {
		return nil, err
	}
	if len(s) > maxSteps/size {
		return nil, fmt.Errorf("a text of %d octets is too long for this pattern, at most %d are allowed", len(s), maxSteps/size)
	}
	if err := ev.charge(size*elementSize + len(s)*size/2); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	at := re.FindStringSubmatchIndex(s)
	if at == nil {
		return nil, nil
	}
	groups := make([]any, len(at)/2)
	for i := range groups {
		if from, to := at[2*i], at[2*i+1]; from >= 0 {
			groups[i] = s[from:to]
		}
	}
	return named(re.SubexpNames(), groups), nil
}

// named gives a mapping of the groups that have names, or all groups if none has one.
func named(names []string, groups []any) any {
	if !slices.ContainsFunc(names, func(name string) bool { return name != "" }) {
		return groups
	}
	out := NewMapping(len(names))
	for i, name := range names {
		if name != "" {
			out.Set(name, groups[i])
		}
	}
	return out
}

// instructions gives how large a regular expression is when it is compiled; at least 1.
func instructions(pattern string) (int, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	program, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0, err
	}
	return max(1, len(program.Inst)), nil
}
