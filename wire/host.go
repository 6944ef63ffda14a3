package wire

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
)

// authority reads the value of a Host field: the host of a URI, and a port if it names one (RFC 9110 section 7.2). The host
// of an http URI is not empty (RFC 9110 section 4.2.1), nor is that of a ws URI (RFC 6455 section 3). It has nothing to
// say about whether the host exists or is ours.
func authority(value string) (host, port string, ok bool) {
	host, port = value, ""
	if colon := strings.LastIndexByte(value, ':'); colon > strings.LastIndexByte(value, ']') {
		host, port = value[:colon], value[colon+1:]
	}
	return host, port, isHost(host) && isPort(port)
}

// isHost reports whether s is a host of RFC 3986 section 3.2.2, and not an empty one.
func isHost(s string) bool {
	if inside, ok := strings.CutPrefix(s, "["); ok {
		inside, ok = strings.CutSuffix(inside, "]")
		return ok && isLiteral(inside)
	}
	return s != "" && isRegName(s)
}

// isLiteral reports whether s can stand between brackets: an IPv6 address without a zone, which means something only on
// the machine of who wrote it, or an address of a version to come.
func isLiteral(s string) bool {
	if version, address, _ := strings.Cut(s, "."); isFuture(version) {
		return address != "" && !strings.Contains(address, "%") && isRegName(strings.ReplaceAll(address, ":", ""))
	}
	ip, _ := netip.ParseAddr(s) // of what is none, neither
	return ip.Is6() && ip.Zone() == ""
}

func isFuture(version string) bool {
	return len(version) > 1 && version[0]|0x20 == 'v' && !strings.ContainsFunc(version[1:], func(r rune) bool { return r > 0x7f || !isHex(byte(r)) })
}

// isRegName reports whether s consists of unreserved characters, sub-delims and octets in percent encoding.
func isRegName(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', isDigit(c), strings.IndexByte("-._~!$&'()*+,;=", c) >= 0:
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// isPort reports whether s is a port of TCP; a colon may stand without one (RFC 3986 section 3.2.3).
func isPort(s string) bool {
	if s = strings.TrimLeft(s, "0"); s == "" {
		return true
	}
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// sameAuthority reports whether two authorities are the same under a scheme, of which a may hold userinfo.
func sameAuthority(scheme, a, b string) bool {
	hostA, portA, _ := authority(a[strings.LastIndexByte(a, '@')+1:])
	hostB, portB, _ := authority(b)
	standard := map[string]string{"http": "80", "https": "443"}[scheme]
	return strings.EqualFold(hostA, hostB) && cmp.Or(portA, standard) == cmp.Or(portB, standard)
}

// isOrigin reports whether s is what an Origin field may say: null, or one or more serialized origins (RFC 6454 section 7.1).
func isOrigin(s string) bool {
	if s == "null" {
		return true
	}
	for origin := range strings.SplitSeq(s, " ") {
		scheme, rest, ok := strings.Cut(origin, "://")
		_, _, host := authority(rest)
		if !ok || !isScheme(scheme) || !host && rest != "" { // file:// has no host
			return false
		}
	}
	return true
}

// isScheme reports whether s is a scheme (RFC 3986 section 3.1).
func isScheme(s string) bool {
	return s != "" && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") == ""
}
