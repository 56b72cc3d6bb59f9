"""The bpftrace programs of the looks: each counts what it costs in the kernel, and stops by itself.

What a hit is held to cost was measured (``benchmarks/ebpf.py``, ``docs/ebpf.md``): a trap and a
single step for a user probe, and the telling: each event wakes bpftrace. No program has a return
probe (Go moves its stacks) and none is at an allocation (millions of hits a second).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.sources.ebpf.bpftrace import Ability
from goom.sources.ebpf.subject import EbpfSubject

USER_PROBE_NANOSECONDS = 35_000  # the trap and its single step are 10 of it, telling is the rest
TRACEPOINT_NANOSECONDS = 30_000
UNTOLD_TRAP_NANOSECONDS, _UNTOLD = 10_000, 1_000  # of hits that nobody is told of
BURST_SECONDS = 1.0  # of budget that may be spent at once
_SHORTEST_SECONDS = 1.0
_READY_MILLISECONDS = 100  # probes are put in place one by one, after BEGIN
MADVISES_A_SAMPLE = 16  # the scavenger's and the allocator's come by the thousand
FAULTS_A_SAMPLE = 97  # a prime: no stride of a program's own falls together with it
_STACK, _WALKED = 32, 12
_SYSTEM_CALLS = {
    "mmap": ("addr", "len", "prot", "flags", "fd"),
    "munmap": ("addr", "len"),
    "brk": ("brk",),
    "mremap": ("addr", "old_len", "new_len", "flags"),
    "madvise": ("start", "len_in", "behavior"),  # MADV_DONTNEED and MADV_FREE, sampled
}
_RECLAIM = "mm_vmscan_memcg_reclaim"
_GC_PROBES = {
    "runtime.gcStart": ("gcStart", ""),
    "runtime.(*gcControllerState).startCycle": ("startCycle", ""),
    "runtime.gcMarkDone": ("gcMarkDone", ""),
    "runtime.gcMarkTermination": ("gcMarkTermination", ""),
    "runtime.stopTheWorldWithSema": ("stopTheWorld", 'reg("ax")'),
    "runtime.startTheWorldWithSema": ("startTheWorld", ""),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, and how much of one CPU the probes may take of the process."""

    seconds: float
    budget_fraction: float

    def program(self, probes: Iterable[str], maps: Iterable[str] = ()) -> str:
        """A whole program around the probes of a look, which use these maps of their own."""
        milliseconds = max(int(self.seconds * 1000), 1) + _READY_MILLISECONDS
        own = ("began", "spent", "stopped", "ready", *maps)
        cleared = " ".join(f"clear(@{name});" for name in own)  # else they are printed at the end
        return "\n".join(
            (
                'BEGIN { @began = nsecs; printf("begin %llu\\n", nsecs); }',
                *probes,
                f"interval:ms:{_READY_MILLISECONDS} {{ if (@ready == 0) {{ @ready = 1; "
                'printf("ready %llu\\n", nsecs); } }',
                f'interval:ms:{milliseconds} {{ printf("last %llu\\n", nsecs); exit(); }}',
                f'END {{ printf("end %llu %llu\\n", nsecs, @spent); {cleared} }}',
            )
        )

    def hit(self, nanoseconds: int, work: str) -> str:
        """The body of a probe: count, stop when the budget is spent, else work.

        ``@spent`` is not atomic: hits on two CPUs at once may count as one for the stop. ``@hits``
        is counted by CPU, and exact.
        """
        burst = int(BURST_SECONDS * self.budget_fraction * 1e9)
        part = max(round(1 / self.budget_fraction), 1)
        whole = int(max(self.seconds, _SHORTEST_SECONDS) * self.budget_fraction * 1e9)
        over = f"@spent > {burst} + (nsecs - @began) / {part} || @spent > {whole}"
        stop = '@stopped = 1; printf("stop %llu\\n", nsecs); exit();'
        idle = UNTOLD_TRAP_NANOSECONDS if nanoseconds == USER_PROBE_NANOSECONDS else _UNTOLD
        told = f"@spent = @spent + {nanoseconds}; if ({over}) {{ {stop} }} else {{ {work} }}"
        late = f"@spent = @spent + {idle};"  # until the probe is taken away
        return f"{{ @hits = count(); if (@stopped == 0) {{ {told} }} else {{ {late} }} }}"


def mmap_program(subject: EbpfSubject, able: Ability, limits: Limits) -> str:
    """System calls that change what is mapped, with their result, and sampled page faults."""
    _need_pids(able)
    if not able.has("syscalls/sys_enter_mmap"):
        raise BadInput(
            "this kernel has no tracepoints of system calls (CONFIG_FTRACE_SYSCALLS).",
            f"goom capture {subject.pid}  reads the mappings themselves.",
        )
    walk, returns = _behind_c(subject, able)
    probes: list[str] = []
    names = [name for name in _SYSTEM_CALLS if able.has(f"syscalls/sys_enter_{name}")]
    for name in names:
        probes += _system_call(name, f"/pid == {subject.pid}/", able, limits, (walk, returns))
    text = _told("fault", 1, len(returns))
    said = ", ".join(["nsecs", str(FAULTS_A_SAMPLE), *returns, f"ustack({_STACK})"])
    fault = f'{walk}printf("{text}\\n%s", {said});'
    sampled = limits.hit(TRACEPOINT_NANOSECONDS, fault)
    probes.append(f"software:page-faults:{FAULTS_A_SAMPLE} /pid == {subject.pid}/ {sampled}")
    return limits.program(probes, [*names, *(["m"] if "madvise" in names else [])])


def stacks_program(subject: EbpfSubject, limits: Limits) -> str:
    """``runtime.copystack(gp, newsize)`` at entry: who asks for how much more stack.

    gp.sched is where the goroutine was when its stack was too small: pc in the function that
    needed more, sp at its return address, bp the frame of its caller (asm_amd64.s morestack).
    """
    _need(subject, "runtime.copystack")
    place, reads, returns = subject.offsets, "", ["$pc", "$r"]
    if place is not None:
        steps, found = _walk("$fp")
        returns += found
        reads = (
            f"$pc = *(uint64*)uptr($gp + {place.sched_pc}); "
            f"$sp = *(uint64*)uptr($gp + {place.sched_sp}); $r = *(uint64*)uptr($sp); "
            f"$fp = *(uint64*)uptr($gp + {place.sched_bp}); {steps}"
        )
    text = _told("copystack", 2, len(returns) if reads else 0)
    values = ["nsecs", 'reg("bx")', "*(uint64*)uptr($gp + 8) - *(uint64*)uptr($gp)"]
    said = ", ".join(values + (returns if reads else []))
    work = f'$gp = reg("ax"); {reads}printf("{text}\\n", {said});'
    return limits.program([_user_probe(subject, "runtime.copystack", limits, work)])


def gc_program(subject: EbpfSubject, limits: Limits) -> str:
    """The moments of a collection, at the entries of functions that each is passed by."""
    _need(subject, "runtime.gcMarkTermination")
    probes = []
    for function, (call, argument) in _GC_PROBES.items():
        if subject.has(function):
            text = _told(call, 1 if argument else 0, 0)
            values = f"nsecs, {argument}" if argument else "nsecs"
            work = f'printf("{text}\\n", {values});'
            probes.append(_user_probe(subject, function, limits, work))
    return limits.program(probes)


def assists_program(subject: EbpfSubject, limits: Limits) -> str:
    """Who has to help the collector: gcAssistAlloc at entry, with the stack that allocates."""
    _need(subject, "runtime.gcAssistAlloc")
    work = f'printf("gcAssistAlloc %llu\\n%s", nsecs, ustack({_STACK}));'
    return limits.program([_user_probe(subject, "runtime.gcAssistAlloc", limits, work)])


def oom_program(subject: EbpfSubject, able: Ability, limits: Limits) -> str:
    """Reclaim for the cgroup in the process's own threads, and every choice of the OOM killer."""
    _need_pids(able)
    probes, maps = [], []
    if able.has("oom/mark_victim"):
        fields = able.fields("oom/mark_victim")
        stated = ["args->anon_rss" if "anon_rss" in fields else "0",
                  "args->total_vm" if "total_vm" in fields else "0"]  # fmt: skip
        work = f'printf("victim %llu %lld %lld %lld\\n", nsecs, args->pid, {", ".join(stated)});'
        probes.append(f"tracepoint:oom:mark_victim {limits.hit(TRACEPOINT_NANOSECONDS, work)}")
    if able.has(f"vmscan/{_RECLAIM}_begin"):
        begin, end = (
            f"tracepoint:vmscan:mm_vmscan_memcg_reclaim_{one}" for one in ("begin", "end")
        )
        work = 'printf("reclaim %llu %lld %lld\\n", nsecs, nsecs - @a[tid], args->nr_reclaimed); '
        paired = f"if (@a[tid] != 0) {{ {work} delete(@a[tid]); }}"
        ours = f"/pid == {subject.pid}/"
        maps.append("a")
        probes.append(f"{begin} {ours} {{ @a[tid] = nsecs; }}")
        probes.append(f"{end} {ours} {limits.hit(TRACEPOINT_NANOSECONDS, paired)}")
    if not probes:
        raise BadInput("this kernel has neither oom:mark_victim nor memcg reclaim tracepoints.")
    return limits.program(probes, maps)


def _system_call(
    name: str, ours: str, able: Ability, limits: Limits, behind: tuple[str, list[str]]
) -> tuple[str, str]:
    """The entry keeps the arguments, the exit tells of them with the result."""
    fields = able.fields(f"syscalls/sys_enter_{name}")
    stated = [f"(uint64)args->{one}" if one in fields else "(uint64)0"
              for one in _SYSTEM_CALLS[name]]  # fmt: skip
    kept = f"({', '.join(stated)})" if len(stated) > 1 else stated[0]
    told = [f"@{name}[tid].{row}" for row in range(len(stated))] if len(stated) > 1 else [
        f"@{name}[tid]"
    ]  # fmt: skip
    keep = f"@{name}[tid] = {kept};"
    if name == "madvise":
        wanted = "args->behavior == 4 || args->behavior == 8"
        keep = f"if ({wanted}) {{ @m = @m + 1; if (@m % {MADVISES_A_SAMPLE} == 0) {{ {keep} }} }}"
    kept_only = f" && @{name}[tid].1 != 0" if name == "madvise" else ""
    walk, returns = behind
    text = _told(name, 1 + len(stated), len(returns))
    said = ", ".join(["nsecs", "args->ret", *told, *returns, f"ustack({_STACK})"])
    work = f'{walk}printf("{text}\\n%s", {said}); delete(@{name}[tid]);'
    return (
        f"tracepoint:syscalls:sys_enter_{name} {ours} {{ {keep} }}",
        f"tracepoint:syscalls:sys_exit_{name} {ours[:-1]}{kept_only}/ "
        f"{limits.hit(TRACEPOINT_NANOSECONDS, work)}",
    )


def _behind_c(subject: EbpfSubject, able: Ability) -> tuple[str, list[str]]:
    """Who called into C: C keeps no frame pointers, but the goroutine knows where it left Go.

    The thread's g leads to m.curg, whose syscallsp is runtime.cgocall's frame (proc.go
    entersyscall): above that frame lies the saved frame pointer of cgocall's caller.
    """
    place, frame = subject.offsets, subject.cgocall_frame_bytes()
    if place is None or not frame or not able.has_btf:
        return "", []
    steps, found = _walk("$fp")
    return (
        "$g = *(uint64*)uptr((uint64)((struct task_struct *)curtask)->thread.fsbase - "
        f"{-subject.g_at_tls()}); "
        f"$m = *(uint64*)uptr($g + {place.m}); $c = *(uint64*)uptr($m + {place.curg}); "
        f"$pc = *(uint64*)uptr($c + {place.syscall_pc}); "
        f"$fp = *(uint64*)uptr($c + {place.syscall_sp}) + {frame - 8}; {steps}",
        ["$pc", *found],
    )


def _walk(frame: str) -> tuple[str, list[str]]:
    """Statements that follow frame pointers from ``frame``, and the return addresses they find."""
    found = [f"$w{number}" for number in range(_WALKED)]
    steps = [
        f"{one} = *(uint64*)uptr({frame} + 8); {frame} = *(uint64*)uptr({frame}); " for one in found
    ]
    return "".join(steps), found


def _user_probe(subject: EbpfSubject, function: str, limits: Limits, work: str) -> str:
    """A probe at a function's entry that does not count an entry from which the stack must grow."""
    check = subject.prologue(function)
    if check is not None:
        frame, guard = check
        # A guard of all ones less a little asks for preemption: it comes here again as well.
        holds = f'($guard >> 62) == 0 && reg("sp") - {frame} > $guard'
        work = f'$guard = *(uint64*)uptr(reg("r14") + {guard}); if ({holds}) {{ {work} }}'
    return f"{subject.probe(function)} {limits.hit(USER_PROBE_NANOSECONDS, work)}"


def _told(call: str, figures: int, returns: int) -> str:
    """The format of an event's first line."""
    walked = f" ~{' %llx' * returns}" if returns else ""
    return f"{call} %llu{' %lld' * figures}{walked}"


def _need(subject: EbpfSubject, function: str) -> None:
    if not subject.has(function):
        raise BadInput(
            f"process {subject.pid} has no function {function}: it was built in a way that goom "
            "does not know."
        )


def _need_pids(able: Ability) -> None:
    if not able.sees_all_pids:
        raise BadInput(
            "goom runs in a container's own pid namespace: the kernel knows the process by "
            "another number, so its system calls cannot be picked out.",
            "Run goom on the host, or start its container with  --pid=host",
        )
