package plan

import "testing"

// The signature is that of the algorithm for requests without parameters:
// base64 of HMAC-SHA1 over the URL, worked out apart from this code.
func TestTwilioSignature(t *testing.T) {
	const want = "7PR3qMkpDyEJtMrVOY/LDyNq8J8="
	if got := TwilioSignature("12345", "wss://example.com/media"); got != want {
		t.Errorf("TwilioSignature(…) = %q, want %q", got, want)
	}
	if got := TwilioSignature("12345", "wss://example.com/media/"); got == want {
		t.Errorf("TwilioSignature of another URL is the same")
	}
}
