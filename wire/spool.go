package wire

import "sync"

// spool stands between TLS and TCP. At most times a write waits, as on any connection. Between begin and end no write
// waits: the spool keeps what the system has no room for, and flush hands it over. The octets leave in the order in
// which TLS wrote them.
//
// Whoever writes to TLS holds the lock of TLS, also the reader, which answers key updates and sends alerts. So a caller
// that must not wait cannot begin while another one waits, and no other one waits until it has ended.
type spool struct {
	*tap
	straight *straight // under mu

	mu     sync.Mutex // guards what follows
	waited sync.Cond  // waits has become false
	trying bool       // between begin and end
	waits  bool       // somebody waits until the system has taken octets
	left   []byte     // that the system has not taken
	err    error      // why a write failed, or was broken off; the peer could not decrypt anything after that
}

func newSpool(raw *tap, s *straight) *spool {
	p := &spool{tap: raw, straight: s}
	p.waited.L = &p.mu
	return p
}

// Write hands octets to the system. Between begin and end it keeps those that would have to wait.
func (s *spool) Write(octets []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awaitHeld()
	switch {
	case s.err != nil:
		return 0, s.err
	case !s.trying:
		return s.waitHeld(octets)
	case len(s.left) == 0:
		n, err := s.straight.attempt(octets)
		if err != nil {
			s.err = err
			return n, err
		}
		s.left = append(s.left, octets[n:]...)
	default:
		s.left = append(s.left, octets...)
	}
	return len(octets), nil
}

// begin reports whether writes can do without waiting. If so they do not wait until end is called.
func (s *spool) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trying = !s.waits && len(s.left) == 0 && s.err == nil
	return s.trying
}

// end ends what begin began. It reports whether flush has to be called, because there are octets that the system has not
// taken.
func (s *spool) end() (left bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trying = false
	return len(s.left) > 0
}

// flush waits until the system has taken all that is left. It returns how many octets of a message, whose end that is,
// the peer can decrypt then: all, or with an error none.
func (s *spool) flush(message []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awaitHeld()
	if s.err != nil {
		return 0, s.err
	}
	if _, err := s.waitHeld(nil); err != nil {
		return 0, err
	}
	return len(message), nil
}

// holds reports whether there are octets that the system has not taken.
func (s *spool) holds() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waits || len(s.left) > 0
}

// awaitHeld waits until nobody else waits for the system.
func (s *spool) awaitHeld() {
	for s.waits {
		s.waited.Wait()
	}
}

// waitHeld hands over what is left and then octets, without the lock, and returns how many of octets the system took.
func (s *spool) waitHeld(octets []byte) (n int, err error) {
	left := s.left
	s.left, s.waits = nil, true
	s.mu.Unlock()
	if len(left) > 0 {
		_, err = s.tap.Write(left)
	}
	if len(octets) > 0 && err == nil {
		n, err = s.tap.Write(octets)
	}
	s.mu.Lock()
	s.waits, s.err = false, err
	s.waited.Broadcast()
	return n, err
}
