// Package process performs commands and ends them with everything that they started.
// [Start] starts one. Its output is kept with times, and [Process.Await] waits until it is
// ready. [Process.Stop] ends the command and all that stayed in its process group. The
// system does the same if this process dies, however it dies; see the groups of the
// systems. The package knows nothing of suites.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Command is what is performed.
type Command struct {
	Args []string // the program and its arguments; a program without a slash is looked for in PATH
	Dir  string   // where it is performed; "" is the working directory
	Env  []string // NAME=VALUE, beside the variables of this process and before them
}

// Process is a command that was started. Its methods may be called from any goroutine.
type Process struct {
	Output *Output

	group   *group
	cmd     *exec.Cmd
	gone    chan struct{} // closed when the command itself has ended
	ended   chan struct{} // closed when its output has ended, too
	exit    Exit          // set before gone is closed
	readers sync.WaitGroup
	pipes   []*os.File
	stop    sync.Once
	hurry   sync.Once
	hurried chan struct{}
	inTime  bool // set by Stop
}

// Exit is how a command ended.
type Exit struct {
	Code   int    // 128 and its number if a signal ended it, as shells say it
	Signal string // the signal that ended it, such as "killed"; "" if none did
	At     time.Time
}

// String says it in words, for the end of a sentence: "with exit code 1".
func (e Exit) String() string {
	if e.Signal != "" {
		return fmt.Sprintf("by a signal (%s)", e.Signal)
	}
	return fmt.Sprintf("with exit code %d", e.Code)
}

// straggle is how long the output of a command is read after its end. What it started may
// hold the output open for longer.
const straggle = time.Second

// Start starts a command. It reads nothing from its standard input. [Process.Stop] must be
// called.
func Start(c Command) (*Process, error) {
	if len(c.Args) == 0 || c.Args[0] == "" {
		return nil, errors.New("the command is empty")
	}
	p := &Process{Output: newOutput(), gone: make(chan struct{}), ended: make(chan struct{}), hurried: make(chan struct{})}
	p.cmd = exec.Command(c.Args[0], c.Args[1:]...)
	p.cmd.Dir, p.cmd.Env = c.Dir, append(os.Environ(), c.Env...)
	if p.cmd.Err != nil {
		return nil, startError(c, p.cmd.Err)
	}
	writers, err := p.pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Args[0], err)
	}
	p.group, err = newGroup()
	if err == nil {
		err = p.group.start(p.cmd)
		if err != nil {
			p.group.kill()
			p.group.close()
		}
	}
	for _, w := range writers {
		_ = w.Close() // the command has its own
	}
	if err != nil {
		p.hangUp()
		return nil, startError(c, err)
	}
	for i, r := range p.pipes {
		p.readers.Go(func() { p.Output.read(r, i == 1) })
	}
	go p.await()
	return p, nil
}

// pipe makes the pipes of standard output and standard error, and gives the ends that the
// command writes to.
func (p *Process) pipe() ([]*os.File, error) {
	var writers []*os.File
	for range 2 {
		r, w, err := os.Pipe()
		if err != nil {
			p.hangUp()
			for _, w := range writers {
				_ = w.Close() // nothing was written
			}
			return nil, err
		}
		p.pipes, writers = append(p.pipes, r), append(writers, w)
	}
	p.cmd.Stdout, p.cmd.Stderr = writers[0], writers[1]
	return writers, nil
}

// startError says in words of a person why a command was not started.
func startError(c Command, err error) error {
	if info, dirErr := os.Stat(c.Dir); c.Dir != "" && (dirErr != nil || !info.IsDir()) {
		return fmt.Errorf("there is no folder %s to perform it in", c.Dir)
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("there is no command %q in PATH", c.Args[0])
	case errors.Is(err, exec.ErrDot):
		return fmt.Errorf("the command %q is not in PATH, only in the working directory; write ./%s", c.Args[0], c.Args[0])
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no command %q", c.Args[0])
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%q may not be performed: permission denied", c.Args[0])
	}
	text := strings.TrimPrefix(err.Error(), "fork/exec "+c.Args[0]+": ")
	return fmt.Errorf("start %q: %s", c.Args[0], text)
}

// await waits for the end of the command and of its output.
func (p *Process) await() {
	_ = p.cmd.Wait() // the state says more
	p.exit = exitOf(p.cmd.ProcessState)
	p.exit.At = time.Now()
	close(p.gone)
	read := make(chan struct{})
	go func() {
		p.readers.Wait()
		close(read)
	}()
	late := time.NewTimer(straggle)
	defer late.Stop()
	select {
	case <-read:
	case <-late.C:
	}
	close(p.ended)
}

// Ended gives a channel that is closed when the command has ended and its output has been
// read. Output that something else holds open is read for a second more.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Gone gives a channel that is closed when the command itself has ended.
func (p *Process) Gone() <-chan struct{} { return p.gone }

// Exit tells how the command ended, and false while it runs.
func (p *Process) Exit() (Exit, bool) {
	select {
	case <-p.gone:
		return p.exit, true
	default:
		return Exit{}, false
	}
}

// Stop asks the command to end, and everything in its group. What still runs after the
// time of grace is killed. It returns when all of that has ended, and reports whether the
// command ended in time. A command that has ended before was in time. Only the first call
// does something; the others wait for it.
func (p *Process) Stop(grace time.Duration) bool { return p.End(terminate, grace) }

// Kill ends the command and everything in its group without asking, also while Stop waits.
func (p *Process) Kill() {
	p.hurry.Do(func() { close(p.hurried) })
	p.End(os.Kill, 0)
}

// End is Stop with another signal.
func (p *Process) End(s os.Signal, grace time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return p.EndIn(ctx, s)
}

// EndIn is End with a time of grace that lasts until ctx ends.
func (p *Process) EndIn(ctx context.Context, s os.Signal) bool {
	p.stop.Do(func() {
		_ = p.group.signal(s) // nothing may be left
		select {
		case <-p.ended:
		case <-ctx.Done():
		case <-p.hurried:
		}
		_, p.inTime = p.Exit()
		p.group.kill()
		<-p.ended
		p.hangUp()
		p.readers.Wait()
		p.group.close()
	})
	return p.inTime
}

// hangUp closes our ends of the pipes. What left its group may hold the others open.
func (p *Process) hangUp() {
	for _, r := range p.pipes {
		_ = r.Close() // it was only read
	}
}

// read takes what a command writes until it ends.
func (o *Output) read(r io.Reader, isError bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		o.add(time.Now(), isError, buf[:n])
		if err != nil {
			o.end(isError)
			return
		}
	}
}
