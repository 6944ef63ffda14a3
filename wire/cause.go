package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// told is an error of the network in the words of whoever met it.
type told struct {
	text string
	err  error
}

// Error is the words.
func (t *told) Error() string { return t.text }

// Unwrap is the error of the network.
func (t *told) Unwrap() error { return t.err }

// tell says what is so because of an error of the network, and the cause where it adds anything. The kind of the error
// says the rest.
func tell(ctx context.Context, what string, err error) error {
	if cause := causeOf(ctx, err); cause != "" {
		what += ": " + cause
	}
	return &told{what, err}
}

// causeOf is an error of the network without the names of operations and the addresses that packages write around it,
// and "" for one that says no more than that the time was over or the attempt given up.
func causeOf(ctx context.Context, err error) string {
	if ctx.Err() != nil || isTimeout(err) {
		return ""
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection ended"
	}
	var other tls.RecordHeaderError
	if errors.As(err, &other) {
		return noTLS(other.RecordHeader[:])
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return "its certificate cannot be trusted: " + bare(untrusted.Err)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return "it sent the alert " + bare(op.Err)
	}
	if op != nil {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return bare(err)
}

// bare is the text of an error without the name of the package.
func bare(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "tls: "), "x509: ")
}

// unreached says why there is no TCP connection to an address.
func unreached(ctx context.Context, who, addr string, err error) error {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return &told{"there is no host " + dns.Name, err}
	case dns != nil && !dns.IsTimeout && ctx.Err() == nil:
		return &told{"no address of " + dns.Name + " can be had: " + dns.Err, err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &told{who + addr + " does not accept connections", err}
	}
	return tell(ctx, "no connection to "+who+addr, err)
}

// cutShort says that a head is not whole after the octets that have come.
func cutShort(ctx context.Context, what string, err error, came []byte) error {
	late := ctx.Err() != nil || isTimeout(err)
	ended := fmt.Sprintf("the %s ended after %s", what, excerpt(came))
	if len(came) == 0 {
		ended = "the connection ended before a " + what
	}
	switch {
	case late && len(came) == 0:
		return &told{"no " + what + " came", err}
	case late:
		return &told{fmt.Sprintf("of the %s only %s came", what, excerpt(came)), err}
	case errors.Is(err, io.EOF):
		return &told{ended, io.ErrUnexpectedEOF}
	default:
		return tell(ctx, ended, err)
	}
}

// maxExcerpt is how many octets of what came are shown.
const maxExcerpt = 40

// excerpt counts octets and shows the first of them: as text if they are any, else in hex with the text beside it.
func excerpt(came []byte) string {
	first, more := came, ""
	if len(came) > maxExcerpt {
		first, more = came[:maxExcerpt], "…"
	}
	count := fmt.Sprintf("%d octets", len(came))
	if len(came) == 1 {
		count = "1 octet"
	}
	switch {
	case isTLS(came):
		return count + " of TLS"
	case bytes.ContainsFunc(first, func(r rune) bool { return r > '~' || r < ' ' && r != '\r' && r != '\n' && r != '\t' }):
		return fmt.Sprintf("%s, hex %x%s |%s|", count, first, more, dotted(first))
	}
	return fmt.Sprintf("%s, %q%s", count, first, more)
}

// dotted is octets as text, with a point for each that is no printable ASCII.
func dotted(octets []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, latin1(octets))
}

// latin1 has one character for each octet.
func latin1(octets []byte) string {
	runes := make([]rune, len(octets))
	for i, c := range octets {
		runes[i] = rune(c)
	}
	return string(runes)
}

// isTLS reports whether octets begin like a record of TLS: an alert or a handshake (RFC 8446 section 5.1).
func isTLS(octets []byte) bool {
	return len(octets) >= 3 && (octets[0] == 21 || octets[0] == 22) && octets[1] == 3 && octets[2] <= 4
}

// noTLS says what a peer speaks that does not speak TLS, by the first octets of it.
func noTLS(head []byte) string {
	for _, w := range beginnings {
		if n := min(len(w), len(head)); w[:n] == string(head[:n]) {
			return "it speaks HTTP without TLS"
		}
	}
	return fmt.Sprintf("it begins with %s, which is no TLS", excerpt(head))
}
