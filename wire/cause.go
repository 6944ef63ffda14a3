package wire

import (
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

// cutShort says that a head is not whole after so many octets.
func cutShort(ctx context.Context, what string, err error, octets int) error {
	late := ctx.Err() != nil || isTimeout(err)
	switch ended := fmt.Sprintf("the %s ended after %d octets", what, octets); {
	case late && octets == 0:
		return &told{"no " + what + " came", err}
	case late:
		return &told{fmt.Sprintf("of the %s only %d octets came", what, octets), err}
	case errors.Is(err, io.EOF):
		return &told{ended, io.ErrUnexpectedEOF}
	default:
		return tell(ctx, ended, err)
	}
}
