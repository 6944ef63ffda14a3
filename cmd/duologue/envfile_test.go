package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// unset leaves an environment variable without a value until the test ends.
func unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // so that it is afterwards as it was
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

// A file of environment variables is read as people write it, and nothing in it is computed.
func TestReadEnvironment(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"\n# A=b\n  # c\n\t\n":            "",
		"A=b":                             "A=b",
		"\ufeffA=b\r\nC=d\r\n":            "A=b|C=d",
		"export A=b\n export\tC = d ":     "A=b|C=d",
		"A=":                              "A=",
		"A=b c # d\nE=f#g\nH=i\t#j":       "A=b c|E=f#g|H=i",
		"A=a=b\nA=c":                      "A=a=b|A=c",
		"A=$B ${C} `d` \\n":               "A=$B ${C} `d` \\n",
		"A='b $c \\n \"' # d":             "A=b $c \\n \"",
		`A="b \n\r\t\"\\\$\x # y"`:        "A=b \n\r\t\"\\$\\x # y",
		"A='1\n2\n'\nB=\"3\n# 4\"\n\nC=5": "A=1\n2\n|B=3\n# 4|C=5",
		"A=\"-----BEGIN KEY-----\nMII=\n-----END KEY-----\"": "A=-----BEGIN KEY-----\nMII=\n-----END KEY-----",
	} {
		all, err := readEnvironment(text)
		var got []string
		for _, s := range all {
			got = append(got, s.name+"="+s.value)
		}
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%q gives %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"A=b\nsecret":                "2: expected NAME=VALUE",
		"1A=secret":                  "1: expected NAME=VALUE",
		"A-B=secret":                 "1: expected NAME=VALUE",
		"A: secret":                  "1: expected NAME=VALUE",
		"A='x\ny'\nB=\"secret":       "3: B: a quote that is not closed",
		"A='b\n\n\nc'\nD='secret' e": "5: D: something follows the closing quote",
		"\n\nA=#secret":              "3: A: a value that begins with # needs quotes",
		`A="secret\"`:                "1: A: a quote that is not closed",
		`A="secret\`:                 "1: A: a quote that is not closed",
	} {
		if _, err := readEnvironment(text); fmt.Sprint(err) != want || strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
