// Package wire holds one WebSocket connection (RFC 6455), in the role of the client or of the server, with nothing
// hidden.
//
// [Dialer.Dial] makes the handshake and returns a [Conn]; in the other role [Acceptor.Receive] reads a [Request] as it
// came, and [Request.Accept] returns the Conn. [Conn.Next] then yields, one after the other and exactly as they came,
// every frame, every assembled message, every rule the peer broke, every limit of ours it went beyond, and at last the
// end: with which code, by whom, and how TCP and TLS ended. [Conn.Send] and [Conn.SendClose] speak as they should,
// [Conn.SendFrames] and [Conn.SendBytes] in any way at all.
//
// The package is made for judging, so it never repairs what it sees: a message that was cut off is not a message, a
// masked frame of a server is a violation, and text that is not UTF-8 is one at the octet that breaks it. It does not
// listen, does not reconnect, does not send pings by itself, and keeps no log: the caller of Next does.
package wire
