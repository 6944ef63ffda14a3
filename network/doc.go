// Package network makes the line of a connection bad, because a suite asks for it. A [Line] stands between whoever
// speaks TLS or WebSocket and the socket: it delays octets, lets few of them pass, holds all of them up, loses the
// connection or cuts it. [Line.Join] puts a socket under it, [Line.Set] says what the line is like from now on. [Fates]
// says what becomes of the chunks of media that somebody else sends.
//
// A line changes no octet, and leaves none out, apart from those of a connection that is half-open or cut. It keeps the
// order of each direction. What it holds is bounded; then whoever writes has to wait, and nothing more is read from the
// socket. The package knows no WebSocket and gives no verdict.
package network
