package mask

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

// A secret is found in another case. A text that only resembles it stays.
func TestOtherCase(t *testing.T) {
	const secret = "Pa55-wÖrd/Xy+z"
	m := newMasker(t, secret)
	for _, in := range []string{
		"pa55-wÖrd/xy+z", strings.ToLower(secret), strings.ToUpper(secret), "pA55-WÖRD/xY+Z", url.QueryEscape(strings.ToUpper(secret)),
		hex.EncodeToString([]byte(strings.ToLower(secret))), base64.StdEncoding.EncodeToString([]byte(strings.ToUpper(secret))),
		strings.ToLower(base64.StdEncoding.EncodeToString([]byte(secret))),
	} {
		if got := m.String("<" + in + ">"); got != "<***>" {
			t.Errorf("String(%q) = %q", in, got)
		}
	}
	for _, in := range []string{"Pa55-wOrd/Xy+z", "pa55-wörd/xy+", "Ps55-wörd/xy+z"} {
		if got := m.String(in); got != in {
			t.Errorf("String(%q) = %q, want it unchanged", in, got)
		}
	}
}

// A secret is found when it is broken over several lines. Each of its own lines is a secret, too.
func TestLines(t *testing.T) {
	const secret = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\r\nhkiG9w0BAQEFAASC\nend\n-----END KEY-----\n"
	m := newMasker(t, secret, "correct horse battery")
	for in, want := range map[string]string{
		secret:                                   "***\n",
		strings.ReplaceAll(secret, "\r", ""):     "***\n",
		strings.ReplaceAll(secret, "\n", "\r\n"): "***\r\n",
		"| MIIEvQIBADANBgkq |":                   "| *** |",
		"correct h\norse battery":                "***",
		"correct \r\n\t  horse\nbattery":         "correct \r\n\t  horse\nbattery", // a blank at the second break is missing
		"correct\r\n\t  horse battery":           "correct\r\n\t  horse battery",
		"correct \n\n   hors\ne battery":         "***",
		`correct h\norse battery`:                "***",
		"correct h%0Aorse+battery":               "***",
		"end":                                    "end",
	} {
		if got := m.String(in); got != want {
			t.Errorf("String(%q) = %q, want %q", in, got, want)
		}
	}
	wrapped := strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte("correct horse battery")), "aG9y", "aG9\r\n    y")
	if got := m.String(wrapped); got != "***" {
		t.Errorf("String(%q) = %q", wrapped, got)
	}
}

// Before and after a cut, no more of a secret can be read than could begin or end anything.
func TestCut(t *testing.T) {
	const secret = "Pa55-word/Xy+z"
	m := newMasker(t, secret)
	for _, form := range []string{secret, strings.ToUpper(secret), hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))} {
		for n := 1; n < len(form); n++ {
			before, after := form[:n], form[n:]
			for _, tt := range []struct {
				in, want string
				known    bool
			}{
				{"x " + before + "… y", "x ***… y", n >= least},
				{`x "` + before + `"… y`, `x "***"… y`, n >= least},
				{"x …" + after, "x …***", len(after) >= least},
			} {
				if !tt.known {
					tt.want = tt.in
				}
				if got := m.String(tt.in); got != tt.want {
					t.Errorf("String(%q) = %q, want %q", tt.in, got, tt.want)
				}
			}
			if got := string(m.Beginning([]byte("x " + before))); got != "x ***" && n >= least {
				t.Errorf("Beginning(%q) = %q", before, got)
			}
		}
	}
	for _, in := range []string{"Pa5…", "Pa55 …", "…y+z", "…word.", "…55-wo", "a… b"} {
		if got := m.String(in); got != in {
			t.Errorf("String(%q) = %q, want it unchanged", in, got)
		}
	}
	if got, want := m.String("…a55-word/X…"), "…***…"; got != want {
		t.Errorf("a window of it: %q, want %q", got, want)
	}
}

// However a secret is cut into parts, no part shows any of it.
func TestParts(t *testing.T) {
	const secret = "Pa55-word/Xy+z"
	r := rand.New(rand.NewPCG(1, 2))
	m := newMasker(t, secret)
	for range 2000 {
		text := "a " + strings.Repeat("b", r.IntN(3)) + secret + strings.Repeat(secret, r.IntN(2)) + " c"
		var parts [][]byte
		for rest := text; rest != ""; {
			n := 1 + r.IntN(len(rest))
			parts = append(parts, []byte(rest[:n]))
			rest = rest[n:]
		}
		out, pieces := m.Parts(parts)
		for i, part := range out {
			if left := strings.Trim(string(part), "ab* c"); left != "" || len(parts) != len(out) {
				t.Fatalf("of %q in part %d is left %q", parts, i, left)
			}
		}
		for _, piece := range pieces {
			if len(piece) > len(secret) || !strings.Contains(secret, piece) {
				t.Fatalf("of %q the piece %q is learnt", parts, piece)
			}
		}
	}
	whole := [][]byte{[]byte("Pa55"), []byte("-wor"), []byte("x")}
	if out, pieces := m.Parts(whole); fmt.Sprintf("%s", out) != "[Pa55 -wor x]" || pieces != nil {
		t.Errorf("Parts(%s) = %s, %q", whole, out, pieces)
	}
	m.AddPiece("a55")
	m.AddPiece("Pa55-wo")
	if got := m.String("a55 pa55-wo"); got != "a55 ***" {
		t.Errorf("with a piece: %q", got)
	}
}

// Texts that nobody would write are also masked in a short time.
func TestHostile(t *testing.T) {
	m := newMasker(t, strings.Repeat("a", 1000)+"b", "aaaaaaaab")
	for _, unit := range []string{"…", "…aaaa", "a\n", "a" + strings.Repeat("\n", 500), "%25", "\\"} {
		m.String(strings.Repeat(unit, 4<<10/len(unit)))
	}
}
