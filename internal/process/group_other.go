//go:build !unix && !windows

package process

import (
	"errors"
	"os"
	"os/exec"
)

// group is nothing on a system without process groups and jobs. No command is started
// there, since nobody could end what it starts.
type group struct{}

var terminate = os.Kill

func newGroup() (*group, error) {
	return nil, errors.New("on this system nobody could end what it starts")
}

func (g *group) start(*exec.Cmd) error  { return errors.ErrUnsupported }
func (g *group) signal(os.Signal) error { return errors.ErrUnsupported }
func (g *group) kill()                  {}
func (g *group) close()                 {}

func exitOf(s *os.ProcessState) Exit { return Exit{Code: s.ExitCode()} }
