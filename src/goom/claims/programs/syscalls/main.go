// Runs a program under ptrace and counts the system calls of all its threads that map memory.
//
//	syscalls PROGRAM [ARGUMENT…]
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

const (
	traceClone     = 0x8 // PTRACE_O_TRACECLONE
	traceSysGood   = 0x1 // PTRACE_O_TRACESYSGOOD
	eventClone     = 3
	syscallStop    = syscall.SIGTRAP | 0x80
	waitAllThreads = 0x40000000 // __WALL
)

var names = map[uint64]string{
	syscall.SYS_MMAP: "mmap", syscall.SYS_MUNMAP: "munmap", syscall.SYS_MADVISE: "madvise",
	syscall.SYS_BRK: "brk",
}

func main() {
	runtime.LockOSThread() // a tracer is a thread
	command := exec.Command(os.Args[1], os.Args[2:]...)
	command.Stderr = os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := command.Start(); err != nil {
		panic(err)
	}
	child := command.Process.Pid
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(child, &status, 0, nil); err != nil {
		panic(err)
	}
	if err := syscall.PtraceSetOptions(child, traceClone|traceSysGood); err != nil {
		panic(err)
	}
	printed, _ := json.Marshal(follow(child))
	fmt.Println(string(printed))
}

func follow(child int) map[string]int {
	counts := map[string]int{"mmap": 0, "munmap": 0, "madvise": 0, "brk": 0}
	entering := map[int]bool{}
	resume(child, 0)
	for {
		var status syscall.WaitStatus
		thread, err := syscall.Wait4(-1, &status, waitAllThreads, nil)
		if err != nil {
			return counts
		}
		switch {
		case status.Exited() || status.Signaled():
			if thread == child {
				return counts
			}
		case !status.Stopped():
		case status.StopSignal() == syscallStop:
			entering[thread] = !entering[thread]
			if entering[thread] {
				count(thread, counts)
			}
			resume(thread, 0)
		case status.StopSignal() == syscall.SIGTRAP, status.StopSignal() == syscall.SIGSTOP:
			resume(thread, 0) // a new thread, at its parent and at itself
		default:
			resume(thread, int(status.StopSignal()))
		}
	}
}

func count(thread int, counts map[string]int) {
	var registers syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(thread, &registers); err != nil {
		return
	}
	if name, known := names[registers.Orig_rax]; known {
		counts[name]++
	}
}

func resume(thread, signal int) {
	_ = syscall.PtraceSyscall(thread, signal) // it may have been killed meanwhile
}
