package process

import (
	"fmt"
	"os"
	"os/exec"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job. The system ends all that is in a job when its last handle is closed, which
// it does when this process dies, too. A command is in the job from a moment after its start:
// what it starts before that is not ended. Windows has no signals, so nothing is asked to
// end: it is ended.
type group struct{ job windows.Handle }

// terminate stands for the end of the job.
var terminate = os.Kill

func newGroup() (*group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("make a job: %w", err)
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		_ = windows.CloseHandle(job)
		return nil, fmt.Errorf("make a job: %w", err)
	}
	return &group{job}, nil
}

// start starts a command in the job.
func (g *group) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err == nil {
		err = windows.AssignProcessToJobObject(g.job, process)
		_ = windows.CloseHandle(process)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return fmt.Errorf("put it into a job: %w", err)
	}
	return nil
}

// signal ends all in the job.
func (g *group) signal(os.Signal) error { return windows.TerminateJobObject(g.job, 1) }

// kill ends all in the job.
func (g *group) kill() { _ = windows.TerminateJobObject(g.job, 1) }

// close forgets the job.
func (g *group) close() { _ = windows.CloseHandle(g.job) }

// exitOf tells how a process ended.
func exitOf(s *os.ProcessState) Exit { return Exit{Code: s.ExitCode()} }
