package mask

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func newMasker(t testing.TB, secrets ...string) *Masker {
	t.Helper()
	m, err := New(secrets)
	if err != nil {
		t.Fatalf("New(%q): %v", secrets, err)
	}
	return m
}

func TestString(t *testing.T) {
	const secret = `pa"ss/wörd <1>+x`
	tests := []struct{ name, in, want string }{
		{"as it is", "a " + secret + " b", "a *** b"},
		{"nothing", "nothing of it", "nothing of it"},
		{"empty", "", ""},
		{"a part of it", secret[:len(secret)-1], secret[:len(secret)-1]},
		{"twice", secret + secret, "******"},
		{"hex", hex.EncodeToString([]byte(secret)), "***"},
		{"HEX", strings.ToUpper(hex.EncodeToString([]byte(secret))), "***"},
		{"query", "?t=" + url.QueryEscape(secret) + "&x", "?t=***&x"},
		{"path", "/" + url.PathEscape(secret) + "/", "/***/"},
		{"query, lower case", strings.ToLower(url.QueryEscape(secret)), "***"},
		{"query, twice", url.QueryEscape(url.QueryEscape(secret)), "***"},
		{"encodeURIComponent", "pa%22ss%2Fw%C3%B6rd%20%3C1%3E%2Bx", "***"},
		{"JSON", `{"t":"pa\"ss/wörd \u003c1\u003e+x"}`, `{"t":"***"}`},
		{"JSON, ASCII only", `pa\u0022ss\/w\u00F6rd <1>+x`, "***"},
		{"JSON in JSON", `pa\\\"ss/w\\u00f6rd <1>+x`, "***"},
		{"%q", fmt.Sprintf("%+q", secret), `"***"`},
		{"base64", base64.StdEncoding.EncodeToString([]byte(secret)), "***"},
		{"base64 without padding", base64.RawStdEncoding.EncodeToString([]byte(secret)), "***"},
		{"base64 in a query", url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(secret + "a"))), "***hh"},
	}
	m := newMasker(t, secret)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := m.String(test.in); got != test.want {
				t.Errorf("String(%q) = %q, want %q", test.in, got, test.want)
			}
			if got := string(m.Bytes([]byte(test.in))); got != test.want {
				t.Errorf("Bytes(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestOverlap(t *testing.T) {
	m := newMasker(t, "abcdefgh", "efghijklmnop", "abcdefgh12345")
	tests := []struct{ in, want string }{
		{"xabcdefghijklmnopx", "x***x"},
		{"xabcdefgh12345x", "x***x"},
		{"xabcdefgh1234x", "x***1234x"},
		{"abcdefghabcdefgh", "******"},
	}
	for _, test := range tests {
		if got := m.String(test.in); got != test.want {
			t.Errorf("String(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestRefused(t *testing.T) {
	m, err := New([]string{"short", "long enough", "", "1234567\n", strings.Repeat("x", MaxLength+1)})
	if !errors.Is(err, ErrTooShort) || !errors.Is(err, ErrTooLong) {
		t.Errorf("New(too short, too long) = error %v, want both errors", err)
	}
	if got := m.String("short long enough 1234567"); got != "short *** 1234567" {
		t.Errorf("String = %q, want only the long secret masked", got)
	}
}

// A child knows what its parent knows. What it learns itself, only it knows.
func TestChild(t *testing.T) {
	m := newMasker(t, "of all of them")
	a, b := m.Child(), m.Child()
	if err := errors.Join(a.Add("of one alone"), m.Add("learnt later")); err != nil {
		t.Fatal(err)
	}
	const in = "of all of them, of one alone, learnt later, …f them, …ne alone"
	for _, tt := range []struct {
		m    *Masker
		want string
	}{
		{a, "***, ***, ***, …***, …***"}, {b, "***, of one alone, ***, …***, …ne alone"}, {m, "***, of one alone, ***, …***, …ne alone"},
	} {
		if got := tt.m.String(in); got != tt.want {
			t.Errorf("String = %q, want %q", got, tt.want)
		}
	}
	var none *Masker
	if none.Child() != nil {
		t.Error("none has a child")
	}
}

func TestWhiteSpaceAround(t *testing.T) {
	m := newMasker(t, "token-of-a-file\n")
	if got := m.String("is token-of-a-file."); got != "is ***." {
		t.Errorf("String = %q, want it masked without its line feed", got)
	}
}

func TestNil(t *testing.T) {
	var m *Masker
	out, _ := m.Parts([][]byte{[]byte("text")})
	if string(out[0]) != "text" || m.String("text") != "text" || string(m.Bytes([]byte("text"))) != "text" || string(m.Beginning([]byte("text"))) != "text" {
		t.Errorf("a nil Masker gave %q, want the text unchanged", out)
	}
}

func TestNothingIsCopied(t *testing.T) {
	m := newMasker(t, "correct horse battery")
	b := []byte("nothing to see here 100%")
	if got := m.Bytes(b); &got[0] != &b[0] {
		t.Error("Bytes copied octets without a secret")
	}
	if n := testing.AllocsPerRun(10, func() { m.Bytes(b) }); n != 0 {
		t.Errorf("Bytes allocated %v times, want 0", n)
	}
}

// TestBackslashes would take for ever if all combinations of readings were
// followed.
func TestBackslashes(t *testing.T) {
	m := newMasker(t, strings.Repeat(`\`, 200)+"x")
	if got := m.String(strings.Repeat(`\`, 1000) + "x"); !strings.HasSuffix(got, "***") {
		t.Errorf("String = %q, want the end masked", got)
	}
}

// forms are the ways in which a secret is printed, each with its inverse.
var forms = []struct {
	name   string
	encode func(string) string
	decode func(string) []string // all readings of an output
}{
	{"raw", func(s string) string { return s }, func(s string) []string { return []string{s} }},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }, decodeHex},
	{"HEX", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }, decodeHex},
	{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }, decodeBase64},
	{"base64url", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }, decodeBase64},
	{"query", url.QueryEscape, decodeURL},
	{"path", url.PathEscape, decodeURL},
	{"JSON", toJSON, decodeJSON},
	{"JSON in JSON", func(s string) string { return toJSON(toJSON(s)) }, func(s string) []string { return decodeJSON(strings.Join(decodeJSON(s), "")) }},
}

func toJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

func decodeHex(s string) []string {
	var out []string
	for skip := range 2 {
		out = append(out, hexRuns(s, skip))
	}
	return out
}

// hexRuns decodes the hexadecimal digits of s from an octet on.
func hexRuns(s string, skip int) string {
	var out strings.Builder
	for i := skip; i+2 <= len(s); i += 2 {
		if b, err := hex.DecodeString(s[i : i+2]); err == nil {
			out.Write(b)
		}
	}
	return out.String()
}

func decodeBase64(s string) []string {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	var out []string
	for _, run := range strings.FieldsFunc(s, func(r rune) bool { return !strings.ContainsRune(base64Digits, r) }) {
		for skip := range min(4, len(run)) {
			part := run[skip:]
			b, err := base64.RawStdEncoding.DecodeString(part[:len(part)/4*4])
			if err == nil {
				out = append(out, string(b))
			}
		}
	}
	return out
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func decodeURL(s string) []string {
	q, _ := url.QueryUnescape(s)
	p, _ := url.PathUnescape(s)
	return []string{q, p}
}

func decodeJSON(s string) []string {
	var out string
	if json.Unmarshal([]byte(`"`+s+`"`), &out) != nil {
		return nil
	}
	return []string{out}
}

var secretAlphabets = [][]rune{
	[]rune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
	[]rune("ab\"\\/<>&%+ \n\t'=-_.~!*()"),
	[]rune("aé€😀ü\u2028ñ"),
	[]rune("\\\"%25"),
}

func randomText(r *rand.Rand, n int) string {
	alphabet := secretAlphabets[r.IntN(len(secretAlphabets))]
	out := make([]rune, n)
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

// TestNoFormSurvives puts random secrets into random surroundings, writes that
// in each form, masks it, and reads it back.
func TestNoFormSurvives(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		secret := "x" + randomText(r, 8+r.IntN(30)) + "y" // no white space around it
		m := newMasker(t, secret)
		whole := randomText(r, r.IntN(20)) + secret + randomText(r, r.IntN(20))
		for _, form := range forms {
			in := form.encode(whole)
			out := m.String(in)
			if !strings.Contains(out, stars) {
				t.Fatalf("%s: String(%q) = %q: nothing is masked of %q", form.name, in, out, secret)
			}
			for _, back := range form.decode(out) {
				if strings.Contains(back, secret) {
					t.Fatalf("%s: String(%q) = %q: %q survives", form.name, in, out, secret)
				}
			}
			if got := inPieces(r, m, in); oneStars(got) != oneStars(out) {
				t.Fatalf("%s: Parts(%q) = %q, want %q", form.name, in, got, out)
			}
		}
	}
}

// oneStars replaces each row of stars by one group of stars.
func oneStars(s string) string { return regexp.MustCompile(`\*+`).ReplaceAllString(s, stars) }

// inPieces masks a text that is cut at random places, and joins it.
func inPieces(r *rand.Rand, m *Masker, s string) string {
	var parts [][]byte
	for len(s) > 0 {
		n := 1 + r.IntN(min(len(s), 9))
		parts = append(parts, []byte(s[:n]))
		s = s[n:]
	}
	out, _ := m.Parts(parts)
	return string(bytes.Join(out, nil))
}

// FuzzMask checks that masking ends, hides secrets that are written plainly, and
// gives the same for a text in pieces.
func FuzzMask(f *testing.F) {
	f.Add("pa\"ss/wörd", "t=pa%22ss/w\\u00f6rd", uint64(1))
	f.Add(`\\\\\\\\\\`, `\\\\\\\\\\\\\\\\\\\\\\\\\\\\`, uint64(2))
	f.Add("%25%25%25", "%2525%252525%25%25%25", uint64(3))
	f.Fuzz(func(t *testing.T, secret, text string, seed uint64) {
		m, err := New([]string{secret})
		if err != nil || len(secret) > 100 || len(text) > 1000 {
			return
		}
		want := m.String(text)
		if strings.Contains(m.String("("+secret+")"), secret) && !strings.Contains(secret, "*") {
			t.Errorf("String(%q) keeps it", secret)
		}
		if !strings.Contains(want, stars) && want != text {
			t.Errorf("String(%q) = %q, changed without a secret", text, want)
		}
		if got := inPieces(rand.New(rand.NewPCG(seed, 0)), m, text); oneStars(got) != oneStars(want) {
			t.Errorf("Parts(%q) = %q, want %q", text, got, want)
		}
	})
}

func BenchmarkBytes(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	text := []byte(strings.Repeat(`{"event":"media","payload":"`, 1) + base64.StdEncoding.EncodeToString(randomOctets(r, 48<<10)) + `"}`)
	for _, n := range []int{1, 20} {
		b.Run(fmt.Sprintf("secrets=%d", n), func(b *testing.B) {
			m := &Masker{}
			for range n {
				if err := m.Add(hex.EncodeToString(randomOctets(r, 16))); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				m.Bytes(text)
			}
		})
	}
}

func randomOctets(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// Each of many secrets is found, whatever octets it begins with.
func TestManySecrets(t *testing.T) {
	m := &Masker{}
	secret := func(i int) string { return string([]byte{byte(i * 7), byte(i), byte(i >> 3)}) + "secret" }
	for i := range 300 {
		if err := m.Add(secret(i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 300 {
		if got := m.String("<" + secret(i) + ">"); strings.TrimSpace(got[1:]) != "***>" {
			t.Errorf("String of secret %d = %q", i, got)
		}
	}
	if got := m.String("\x01\x02\x03secret"); got != "\x01\x02\x03secret" {
		t.Errorf("String of none = %q", got)
	}
}
