#!/bin/bash
# go.yaml.in/yaml/v4 refuses JSON with a surrogate pair, which YAML 1.2 set out to hold.
#
# Go module go.yaml.in/yaml/v4 v4.0.0 (Go 1.26.8).
#
# Expected: YAML 1.2.2 section 1: "strict superset of JSON" was the aim of 1.2, and files of test tools hold pasted JSON in flow style. RFC
# 8259 section 7 writes what lies outside the Basic Multilingual Plane as a pair: "\ud834\udd1e" (its own example, the G clef). Python's
# json.dumps and other writers of ASCII do so without being asked. \/ , the other escape of JSON, is read.
#
# Observed: "found invalid Unicode character escape code". The same letter as \U0001D11E, which JSON lacks, is read.
#
#   {"clef": "\u00e9 \/"}      é /
#   {"clef": "\U0001D11E"}     𝄞
#   {"clef": "\ud834\udd1e"}   error: found invalid Unicode character escape code; encoding/json reads 𝄞
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

	"go.yaml.in/yaml/v4"
)

func main() {
	ok := true
	for _, text := range []string{`{"clef": "\u00e9 \/"}`, `{"clef": "\U0001D11E"}`, `{"clef": "\ud834\udd1e"}`} {
		var got, want map[string]string
		err := yaml.Unmarshal([]byte(text), &got)
		isJSON := json.Unmarshal([]byte(text), &want) == nil
		if err == nil {
			fmt.Printf("%-26s %s\n", text, got["clef"])
			ok = ok && (!isJSON || got["clef"] == want["clef"])
			continue
		}
		why := err.Error()
		fmt.Printf("%-26s error: %s; encoding/json reads %s\n", text, why[strings.LastIndex(why, ": ")+2:], want["clef"])
		ok = ok && strings.Contains(text, "ud834") && strings.Contains(why, "invalid Unicode character escape code") && want["clef"] == "\U0001D11E"
	}
	if !ok {
		os.Exit(1)
	}
}
P
go mod init find >/dev/null 2>&1
go get go.yaml.in/yaml/v4@v4.0.0 >/dev/null 2>&1
go run . >out || { cat out; exit 1; }
cat out
grep -q 'error: found invalid' out
