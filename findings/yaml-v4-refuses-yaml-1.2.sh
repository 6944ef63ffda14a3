#!/bin/bash
# go.yaml.in/yaml/v4 refuses the directive %YAML 1.2, and takes %YAML 1.1.
#
# Go module go.yaml.in/yaml/v4 v4.0.0 (Go 1.26.8).
#
# Expected: YAML 1.2.2 section 6.8.1: a document may say its version; a 1.2 processor takes 1.2, and with a warning 1.1 and any later 1.x.
# The module says that it supports most of YAML 1.2, and reads its 0o17 and its yes-is-text. So a file that begins with %YAML 1.2 is read.
#
# Observed: "found incompatible YAML document". Only 1.1 is compatible. Under %YAML 1.1 the values are read as without it: yes is text.
#
#   (none)    map[a:yes b:15] <nil>
#   %YAML 1.1 map[a:yes b:15] <nil>
#   %YAML 1.2 map[] found incompatible YAML document
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
export GOMODCACHE=$T/modules GOFLAGS=-modcacherw GOTOOLCHAIN=local
cat >main.go <<'P'
package main

import (
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
)

func main() {
	said := ""
	for _, head := range []string{"", "%YAML 1.1", "%YAML 1.2"} {
		text := "a: yes\nb: 0o17\n"
		if head != "" {
			text = head + "\n---\n" + text
		}
		got := map[string]any{}
		err := yaml.Unmarshal([]byte(text), &got)
		why := fmt.Sprint(err)
		why = why[strings.LastIndex(why, ": ")+1:]
		if head == "" {
			head = "(none)"
		}
		line := fmt.Sprintf("%-9s %v %s\n", head, got, strings.TrimSpace(why))
		fmt.Print(line)
		said += line
	}
	if said != "(none)    map[a:yes b:15] <nil>\n%YAML 1.1 map[a:yes b:15] <nil>\n%YAML 1.2 map[] found incompatible YAML document\n" {
		os.Exit(1)
	}
}
P
go mod init find >/dev/null 2>&1
go get go.yaml.in/yaml/v4@v4.0.0 >/dev/null 2>&1
go run .
