package expr

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// jwt makes a signed JSON Web Token in compact form (RFC 7519, RFC 7515 section 3.1). The header
// is a mapping, or the name of the algorithm.
func jwt(ev *evaluation, args []any) (any, error) {
	header, ok := args[0].(*Mapping)
	if !ok {
		header = NewMapping(2)
		header.Set("alg", args[0])
		header.Set("typ", "JWT")
	}
	alg, ok := header.Get("alg")
	if !ok {
		return nil, errors.New("the header has no alg")
	}
	name, _ := Settle(alg).(string)
	sign := signers[name]
	if sign == nil {
		return nil, fmt.Errorf("the alg of the header is HS256 or RS256, not %s", describe(alg))
	}
	var token strings.Builder
	for i, part := range []any{header, args[1]} {
		b, err := octetsOfJSON(part)
		if err != nil {
			return nil, err
		}
		if err := ev.charge(base64.RawURLEncoding.EncodedLen(len(b))); err != nil {
			return nil, err
		}
		if i > 0 {
			token.WriteByte('.')
		}
		token.WriteString(base64.RawURLEncoding.EncodeToString(b))
	}
	signature, err := sign(ev, raw(args[2]), token.String())
	if err != nil {
		return nil, err
	}
	return token.String() + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// signers are the algorithms of RFC 7518 section 3.1 by name.
var signers = map[string]func(ev *evaluation, key []byte, input string) ([]byte, error){"HS256": signHS256, "RS256": signRS256}

// signHS256 signs by HMAC with SHA-256 (RFC 7518 section 3.2). The key may be shorter than the
// section demands, because many servers use short ones.
func signHS256(_ *evaluation, key []byte, input string) ([]byte, error) {
	if len(key) == 0 {
		return nil, errors.New("the key is empty")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(input))
	return mac.Sum(nil), nil
}

// An RSA signature takes milliseconds. It counts as rsaEffort octets, so that a suite cannot
// make check slow. A key has at most maxKey octets in DER, which is more than 8192 bits need.
const (
	rsaEffort = 128 << 10
	maxKey    = 8 << 10
)

// signRS256 signs by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
func signRS256(ev *evaluation, text []byte, input string) ([]byte, error) {
	if err := ev.charge(rsaEffort); err != nil {
		return nil, err
	}
	key, err := rsaKey(text)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		return nil, fmt.Errorf("the key cannot sign: %w", err)
	}
	return signature, nil
}

// rsaKey reads a private key in PEM: PKCS #8 or PKCS #1, without a password.
func rsaKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		if bytes.Contains(text, []byte(`\n`)) {
			return nil, errors.New(`RS256 needs a private key in PEM; the key has \n where its lines should end`)
		}
		return nil, errors.New("RS256 needs a private key in PEM, which begins with -----BEGIN PRIVATE KEY-----")
	}
	if len(block.Bytes) > maxKey {
		return nil, fmt.Errorf("the key has %d octets, at most %d are allowed", len(block.Bytes), maxKey)
	}
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("the key cannot be read: %w", err)
		}
		return key, nil
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("the key cannot be read: %w", err)
		}
		if key, ok := key.(*rsa.PrivateKey); ok {
			return key, nil
		}
		return nil, errors.New("RS256 needs a key of RSA, this is one of another kind")
	}
	return nil, fmt.Errorf("RS256 needs a private key, not %q", brief(block.Type))
}
