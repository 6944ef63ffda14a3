package process

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports are TCP ports that were given out, so that none is given out twice at a time. The
// zero value can be used.
type Ports struct {
	mu    sync.Mutex
	given map[int]bool
}

// The ports that are given out. They lie below those that systems choose for connections
// that they dial, so that a connection cannot take one in the meantime.
const (
	firstPort = 20_000
	ports     = 10_000
	maxTries  = 1_000
)

// Find finds a port on which nobody listens. [Ports.Return] gives it back.
func (p *Ports) Find() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.given == nil {
		p.given = map[int]bool{}
	}
	for range maxTries {
		port := firstPort + rand.IntN(ports)
		if !p.given[port] && Free(port) {
			p.given[port] = true
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port was found between %d and %d", firstPort, firstPort+ports-1)
}

// Return gives ports back.
func (p *Ports) Return(ports ...int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, port := range ports {
		delete(p.given, port)
	}
}

// Free reports whether a port of this machine can be listened on.
func Free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
