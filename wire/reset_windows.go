package wire

import (
	"errors"
	"syscall"
)

// isReset reports whether err says that the peer reset the connection.
func isReset(err error) bool {
	return errors.Is(err, syscall.WSAECONNRESET) || errors.Is(err, syscall.WSAECONNABORTED) || errors.Is(err, syscall.ECONNRESET)
}
