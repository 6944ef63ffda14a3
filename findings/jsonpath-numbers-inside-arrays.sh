#!/bin/bash
# theory/jsonpath holds 2.0 and 2 for equal as values, and for different inside an array.
#
# Go module github.com/theory/jsonpath v0.10.0 (Go 1.26.8), on documents decoded with json.Decoder.UseNumber, which it supports.
#
# Expected: RFC 9535 section 2.3.5.2.2: numbers are compared by value; arrays are equal if they have the same length and their elements
# are equal by the same rule, objects likewise. $[?@.a == $[1].a] takes [1, 2.0] for equal to [1, 2].
#
# Observed: beside a literal, and as a member compared with a member, 2.0 == 2. In an array or object the texts are compared: not equal. The
# same document decoded to float64 gives the right answer, so who turns UseNumber on (to keep long ids) changes what a filter finds.
#
#   values   equal of 2: float64 2, json.Number 2
#   arrays   equal of 2: float64 2, json.Number 1
#   objects  equal of 2: float64 2, json.Number 1
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
export GOMODCACHE=$T/modules GOFLAGS=-modcacherw GOTOOLCHAIN=local
cat >main.go <<'P'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/theory/jsonpath"
)

func count(doc string, numbers bool) int {
	var v any
	d := json.NewDecoder(strings.NewReader(doc))
	if numbers {
		d.UseNumber()
	}
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return len(jsonpath.MustParse(`$[?@.a == $[1].a]`).Select(v))
}

func main() {
	ok := true
	for _, c := range []struct {
		name, doc   string
		float, text int
	}{
		{"values", `[{"a": 2.0}, {"a": 2}]`, 2, 2},
		{"arrays", `[{"a": [1, 2.0]}, {"a": [1, 2]}]`, 2, 1},
		{"objects", `[{"a": {"b": 2.0}}, {"a": {"b": 2}}]`, 2, 1},
	} {
		float, text := count(c.doc, false), count(c.doc, true)
		fmt.Printf("%-8s equal of 2: float64 %d, json.Number %d\n", c.name, float, text)
		ok = ok && float == c.float && text == c.text
	}
	if !ok {
		os.Exit(1)
	}
}
P
go mod init find >/dev/null 2>&1
go get github.com/theory/jsonpath@v0.10.0 >/dev/null 2>&1
go run .
