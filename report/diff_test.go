package report

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDifference(t *testing.T) {
	quote := func(s string) string { return fmt.Sprintf("%q", s) }
	fox := "the quick brown fox jumps over the lazy dog"
	tests := []struct{ name, expected, actual, want string }{
		{"short texts are compared by eye", `"ready"`, `"order"`, ""},
		{"a bound is no text", "more than 700000000000000000000000000000000000000", "7000000000000000000000000000000000000000000", ""},
		{"a word", quote(fox), quote(strings.Replace(fox, "brown", "red", 1)),
			"[-expected-] {+actual+}\nthe quick [-brown-]{+red+} fox jumps over the lazy dog"},
		{"a word more", quote(fox), quote(fox + " twice"), "[-expected-] {+actual+}\nthe quick brown fox jumps over the lazy dog{+ twice+}"},
		{"far from the ends", quote(strings.Repeat("a ", 100) + "x " + strings.Repeat("b ", 100)), quote(strings.Repeat("a ", 100) + "y " + strings.Repeat("b ", 100)),
			"[-expected-] {+actual+}\n…" + strings.Repeat("a ", 15) + "[-x-]{+y+}" + strings.Repeat(" b", 15) + "…"},
		{"several lines", quote("one\ntwo\nthree\nfour\nfive\nsix seven eight nine"), quote("one\ntwo\nthree\nFOUR\nfive\nsix seven eight nine"),
			"- expected, + actual\n two\n three\n-four\n+FOUR\n five\n six seven eight nine"},
		{"JSON", `{"type":"order","items":["tea","milk"],"id":7}`, `{"type":"order","items":["tea","lemon"],"id":7}`,
			"- expected, + actual\n   \"items\": [\n     \"tea\",\n-    \"milk\"\n+    \"lemon\"\n   ],\n   \"id\": 7"},
		{"too long", quote(strings.Repeat("a ", 9000)), quote(strings.Repeat("b ", 9000)), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := difference(tt.expected, tt.actual); got != tt.want {
				t.Errorf("difference =\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestDifferenceIsQuick(t *testing.T) {
	begin := time.Now()
	a, b := strings.Repeat("a b ", maxDiff/4), strings.Repeat("b c ", maxDiff/4)
	difference(`"`+a[:maxDiff-4]+`"`, `"`+b[:maxDiff-4]+`"`)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("a difference of %d octets took %v", maxDiff, took)
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		line    string
		columns int
		want    string
	}{
		{"hello", 5, "hello"}, {"hello!", 5, "hell…"}, {"hello", 0, "hello"}, {"語語語", 6, "語語語"}, {"語語語", 5, "語語…"}, {"語語語", 1, "…"}, {"", 1, ""},
	} {
		if got := fit(tt.line, tt.columns); got != tt.want {
			t.Errorf("fit(%q, %d) = %q, want %q", tt.line, tt.columns, got, tt.want)
		}
	}
}

func TestClipLines(t *testing.T) {
	if got := clipLines("a\nb"); got != "a\nb" {
		t.Errorf("clipLines = %q, want it unchanged", got)
	}
	got := clipLines(strings.Repeat(strings.Repeat("ö", 1000)+"\n", 100))
	if n := strings.Count(got, "\n"); n != maxLines || len(got) > maxLines*(maxMessage+10) {
		t.Errorf("clipLines gives %d lines, %d octets", n, len(got))
	}
}
