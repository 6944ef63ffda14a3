package runner

import "testing"

// The signature is that of the algorithm for requests without parameters:
// base64 of HMAC-SHA1 over the URL, worked out apart from this code.
func TestTwilioSignature(t *testing.T) {
	const want = "7PR3qMkpDyEJtMrVOY/LDyNq8J8="
	if got := twilioSignature("12345", "wss://example.com/media"); got != want {
		t.Errorf("twilioSignature(…) = %q, want %q", got, want)
	}
	if got := twilioSignature("12345", "wss://example.com/media/"); got == want {
		t.Errorf("twilioSignature of another URL is the same")
	}
}

func TestAround(t *testing.T) {
	for _, tt := range []struct {
		name         string
		from, length int
		want         string
	}{
		{"begin", 0, 2, "ab"},
		{"over the end", 2, 2, "ca"},
		{"far behind", 7, 3, "bca"},
		{"longer than the file", 1, 7, "bcabcab"},
		{"nothing", 1, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := around([]byte("abc"), tt.from, tt.length); string(got) != tt.want {
				t.Errorf("around(abc, %d, %d) = %q, want %q", tt.from, tt.length, got, tt.want)
			}
		})
	}
}
