//go:build unix

package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// group is a process group. Its leader is a watchman: a shell that does nothing but wait
// for the end of a pipe of which only this process holds the other end. When this process
// dies, by whatever means, the system closes the pipe, and the watchman kills its group. It
// is there before the command is, so there is no moment at which nobody watches, and as
// long as it is there the number of the group means no other.
//
// What leaves the group, by setsid or setpgid, as daemons do, is not ended.
type group struct {
	watchman *exec.Cmd
	lifeline io.Closer
	id       int
}

// terminate asks a command to end.
const terminate = syscall.SIGTERM

// watch is what the watchman does. The signals are those that the group may get while its
// command is asked to end.
const watch = `trap "" HUP INT QUIT TERM USR1 USR2 PIPE; read -r line; kill -KILL 0`

func newGroup() (*group, error) {
	w := exec.Command("/bin/sh", "-c", watch, "duologue-watchman")
	w.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	w.Dir = "/" // it keeps no folder busy
	lifeline, err := w.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := w.Start(); err != nil {
		return nil, fmt.Errorf("start the shell that watches over it: %w", err)
	}
	return &group{watchman: w, lifeline: lifeline, id: w.Process.Pid}, nil
}

// start starts a command in the group.
func (g *group) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.id}
	return cmd.Start()
}

// signal sends a signal to all in the group.
func (g *group) signal(s os.Signal) error {
	n, ok := s.(syscall.Signal)
	if !ok {
		return errors.ErrUnsupported
	}
	return syscall.Kill(-g.id, n)
}

// kill ends all in the group, the watchman too.
func (g *group) kill() {
	_ = syscall.Kill(-g.id, syscall.SIGKILL) // nobody may be left
}

// close forgets the group, which has been killed.
func (g *group) close() {
	_ = g.lifeline.Close() // the watchman has gone
	_ = g.watchman.Wait()  // it was killed
}

// exitOf tells how a process ended.
func exitOf(s *os.ProcessState) Exit {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: status.Signal().String()}
	}
	return Exit{Code: s.ExitCode()}
}
