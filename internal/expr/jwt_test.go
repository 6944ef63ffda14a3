package expr

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
)

func fromURL(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rfcKey is the key of RFC 7515 appendix A.2.
func rfcKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	number := func(s string) *big.Int { return new(big.Int).SetBytes(fromURL(t, s)) }
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{E: 65537, N: number("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ")},
		D:         number("Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"),
		Primes: []*big.Int{
			number("4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc"),
			number("uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc"),
		},
	}
	key.Precompute()
	return key
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// The appendices A.1.1 and A.2.1 of RFC 7515 sign JSON with line ends, which jwt does not write.
func TestSignatures(t *testing.T) {
	const claims = ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	key := rfcKey(t)
	tests := []struct{ name, alg, key, input, want string }{
		{
			"RFC 7515 A.1", "HS256", string(fromURL(t, "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")),
			"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + claims, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
		},
		{"RFC 7515 A.2 in PKCS #8", "RS256", pemOf("PRIVATE KEY", pkcs8(t, key)), "eyJhbGciOiJSUzI1NiJ9" + claims, signatureA2},
		{"RFC 7515 A.2 in PKCS #1", "RS256", pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), "eyJhbGciOiJSUzI1NiJ9" + claims, signatureA2},
	}
	for _, test := range tests {
		got, err := signers[test.alg](newEvaluation(Env{}), []byte(test.key), test.input)
		if err != nil || base64.RawURLEncoding.EncodeToString(got) != test.want {
			t.Errorf("%s: signature %s, %v, want %s", test.name, base64.RawURLEncoding.EncodeToString(got), err, test.want)
		}
	}
}

const signatureA2 = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"

func TestJWT(t *testing.T) {
	key := rfcKey(t)
	env := Env{Names: Map{"key": pemOf("PRIVATE KEY", pkcs8(t, key))}}
	const want = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
	for _, header := range []string{"'HS256'", "{alg: 'HS256', typ: 'JWT'}"} {
		src := "jwt(" + header + ", {sub: '1234567890', name: 'John Doe', iat: 1516239000 + 22}, 'your-256-bit-secret')"
		if got, err := evaluated(src, env); err != nil || got != want {
			t.Errorf("%s = %v, %v, want %s", src, got, err, want)
		}
	}
	got, err := evaluated("jwt({alg: 'RS256', kid: 'k1'}, {iss: '<ann>'}, key)", env)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(got.(string), ".")
	if len(parts) != 3 || string(fromURL(t, parts[0])) != `{"alg":"RS256","kid":"k1"}` || string(fromURL(t, parts[1])) != `{"iss":"<ann>"}` {
		t.Fatalf("the token %s does not hold what was given", got)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], fromURL(t, parts[2])); err != nil {
		t.Errorf("the signature of %s: %v", got, err)
	}
}

func TestNoJWT(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	env := Env{Names: Map{
		"curve": pemOf("PRIVATE KEY", pkcs8(t, curve)), "public": pemOf("PUBLIC KEY", []byte{0x30, 0}),
		"broken": pemOf("PRIVATE KEY", []byte{0x30, 0}), "broken1": pemOf("RSA PRIVATE KEY", []byte{0x30, 0}),
		"long": pemOf("PRIVATE KEY", make([]byte, maxKey+1)), "oneline": strings.ReplaceAll(pemOf("PRIVATE KEY", pkcs8(t, rfcKey(t))), "\n", `\n`),
	}}
	for src, want := range map[string]string{
		"jwt('HS512', {}, 'k')":        `HS256 or RS256, not the text "HS512"`,
		"jwt({alg: 5}, {}, 'k')":       "HS256 or RS256, not the number 5",
		"jwt({typ: 'JWT'}, {}, 'k')":   "the header has no alg",
		"jwt('HS256', {}, '')":         "the key is empty",
		"jwt('HS256', 'x', 'k')":       "jwt needs a mapping",
		"jwt('HS256', {exp: 5m}, 'k')": "JSON has no form for the duration",
		"jwt('RS256', {}, 'k')":        "needs a private key in PEM, which begins",
		"jwt('RS256', {}, oneline)":    `the key has \n where its lines should end`,
		"jwt('RS256', {}, curve)":      "a key of RSA",
		"jwt('RS256', {}, public)":     `a private key, not "PUBLIC KEY"`,
		"jwt('RS256', {}, broken)":     "the key cannot be read",
		"jwt('RS256', {}, broken1)":    "the key cannot be read",
		"jwt('RS256', {}, long)":       "at most 8192 are allowed",
	} {
		if got, err := evaluated(src, env); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s = %.40v, %v, want an error with %q", src, got, err, want)
		}
	}
}

// A suite cannot make check slow by signatures, nor large by tokens.
func TestTokensAreCharged(t *testing.T) {
	names := Map{"key": pemOf("PRIVATE KEY", pkcs8(t, rfcKey(t)))}
	for src, cost := range map[string]int{"jwt('HS256', {}, 'k')": 36 + 3, "jwt('RS256', {}, key)": 36 + 3 + rsaEffort} {
		for left, enough := range map[int]bool{cost: true, cost - 1: false} {
			_, err := evaluated(src, Env{Names: names, Budget: &Budget{Left: left}})
			if enough != (err == nil) {
				t.Errorf("%s with room for %d octets: error %v, want enough %v", src, left, err, enough)
			}
		}
	}
}
