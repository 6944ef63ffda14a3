//go:build !windows

package wire

import "syscall"

// localErrnos are the trouble of this machine: it lacks descriptors, memory, buffers, ports, an interface, an address
// family, a route or the right. A host that does not answer at its address (EHOSTUNREACH) is none of it.
var localErrnos = []error{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL, syscall.EADDRINUSE,
	syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EAFNOSUPPORT, syscall.EACCES, syscall.EPERM,
}
