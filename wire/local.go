package wire

import (
	"errors"
	"net"
	"slices"
	"strings"
)

// isLocal reports whether an error of the network is the trouble of this machine, so that nothing is known of the peer.
// What met it while a name was looked up says so in words alone.
func isLocal(err error) bool {
	for _, errno := range localErrnos {
		if errors.Is(err, errno) {
			return true
		}
	}
	var dns *net.DNSError
	return errors.As(err, &dns) && slices.ContainsFunc(localErrnos, func(errno error) bool { return strings.HasSuffix(dns.Err, ": "+errno.Error()) })
}
