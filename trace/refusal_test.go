package trace

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"unicode/utf8"
)

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

func TestExcerpt(t *testing.T) {
	text := Header{"content-type", "text/html; charset=ISO-8859-1"}
	zip := Header{"CONTENT-ENCODING", "GZip"}
	for _, tt := range []struct {
		name, body string
		headers    []Header
		want       string
	}{
		{"none", "", nil, ""},
		{"text", "no token", nil, "no token"},
		{"JSON in lines", "{\n  \"error\": \"no\",\r\n\t\"code\": 7\n}\n", []Header{{"Content-Type", "application/json"}}, `{ "error": "no", "code": 7 }`},
		{"UTF-8", "nö\u202e", nil, "nö\u202e"},
		{"Latin-1", "n\xf6", []Header{text}, "nö"},
		{"Latin-1 that ends like half a character", "n\xe4", []Header{text}, "nä"},
		{"UTF-8 that is called Latin-1", "nö", []Header{text}, "nö"},
		{"not said what", "\xff\xfe\x00", nil, "3 octets, hex fffe00"},
		{"octets", strings.Repeat("\xff\x01", 40), []Header{{"Content-Type", "image/png"}}, "80 octets, hex " + strings.Repeat("ff01", 16) + "…"},
		{"NUL", "a\x00b", nil, "3 octets, hex 610062 |a.b|"},
		{"cut inside a character", "aaa\xe2\x82", nil, "aaa"},
		{"zipped", gzipped("it is closed"), []Header{zip}, "it is closed"},
		{"zipped and cut off", gzipped(strings.Repeat("it is closed ", 9))[:30], []Header{{"content-encoding", "x-gzip"}}, "it is closed"},
		{"not zipped, as it says", "plain", []Header{zip}, "plain"},
		{"long", strings.Repeat("long ", 100), nil, strings.Repeat("long ", 60) + "…"},
		{"a secret", "the secret is s3cr3t s3cr3t", nil, "the secret is *** ***"},
		{"a secret at the cut", strings.Repeat("x", 297) + "s3cr3t s3cr3t", nil, strings.Repeat("x", 297) + "***…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Error{Headers: tt.headers, Body: []byte(tt.body)}
			got := e.Excerpt(func(s string) string { return strings.ReplaceAll(s, "s3cr3t", "***") })
			if tt.name == "zipped and cut off" {
				got = got[:min(len(got), len(tt.want))]
			}
			if got != tt.want {
				t.Errorf("Excerpt() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	e := Error{Headers: []Header{{"X", "0"}, {"location", "/a"}, {"Location", "/b"}}}
	if got := e.Header("Location"); got != "/a" || e.Header("y") != "" {
		t.Errorf("Header() = %q, %q", got, e.Header("y"))
	}
}

// FuzzExcerpt checks that any body is shown within limits.
func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("text"), "text/plain", "")
	f.Add([]byte(gzipped("text")), "", "gzip")
	f.Add([]byte("\xff\x00"), "text/x; charset=latin1", "")
	f.Fuzz(func(t *testing.T, body []byte, kind, coding string) {
		e := Error{Body: body, Headers: []Header{{"Content-Type", kind}, {"Content-Encoding", coding}}}
		got := e.Excerpt(func(s string) string { return s })
		if len(got) > maxExcerpt+len("…") || !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\t") {
			t.Fatalf("Excerpt(%q) = %q", body, got)
		}
	})
}
