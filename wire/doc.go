// Package wire holds one WebSocket connection (RFC 6455) in the client role, with nothing hidden.
//
// [Dialer.Dial] makes the handshake and returns a [Conn]. [Conn.Next] then yields, one after the other and exactly as
// they came, every frame, every assembled message, every rule the peer broke, every limit of ours it went beyond, and
// at last the end: with which code, by whom, and how TCP and TLS ended. [Conn.Send] and [Conn.SendClose] speak.
//
// The package is made for judging servers, so it never repairs what it sees: a message that was cut off is not a
// message, a masked frame of a server is a violation, and text that is not UTF-8 is one at the octet that breaks it.
// It does not reconnect, does not send pings by itself, and keeps no log: the caller of Next does.
package wire
