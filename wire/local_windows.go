package wire

import "syscall"

// localErrnos are the trouble of this machine: it lacks descriptors, memory, buffers, ports, an interface, an address
// family, a route or the right. A host that does not answer at its address (WSAEHOSTUNREACH) is none of it. Package
// syscall has no names for most of them.
var localErrnos = []error{
	syscall.Errno(4),     // ERROR_TOO_MANY_OPEN_FILES
	syscall.Errno(8),     // ERROR_NOT_ENOUGH_MEMORY, WSA_NOT_ENOUGH_MEMORY
	syscall.Errno(14),    // ERROR_OUTOFMEMORY
	syscall.Errno(1450),  // ERROR_NO_SYSTEM_RESOURCES
	syscall.Errno(10013), // WSAEACCES
	syscall.Errno(10024), // WSAEMFILE
	syscall.Errno(10047), // WSAEAFNOSUPPORT
	syscall.Errno(10048), // WSAEADDRINUSE
	syscall.Errno(10049), // WSAEADDRNOTAVAIL
	syscall.Errno(10050), // WSAENETDOWN
	syscall.Errno(10051), // WSAENETUNREACH
	syscall.Errno(10055), // WSAENOBUFS
}
