"""Starts the program under observation: its environment, its cgroup, its stderr as a pipe."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from goom.case.errors import GoomError
from goom.case.units import MIB
from goom.sources.process_end import ProcessEnd
from goom.sources.relatives import Relatives

TRACE_SETTINGS = {"gctrace": "1", "scavtrace": "1"}
_PIPE_BYTES = 1 * MIB  # a burst of log lines must not make the child wait for goom
_MOST_WARMED_BYTES = 1 << 30
_DYING_SECONDS = 0.5  # what is told to end is not gone at once
_KILLED = "processes that the program left running were killed."
_STILL_THERE = "processes that the program left are still running: goom could not end them."
NOT_FOUND, NOT_EXECUTABLE = 127, 126


class CannotStartError(GoomError):
    """The program could not be started; ``status`` is what a shell would answer."""

    def __init__(self, message: str, hint: str, status: int) -> None:
        super().__init__(message, hint)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildOptions:
    """How to start it. ``stdin`` and ``stdout`` are inherited when None."""

    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path | None = None
    stdin: int | None = None
    stdout: int | None = None
    entrances: tuple[int, ...] = ()  # descriptors of cgroups' cgroup.procs
    tried: tuple[int, ...] = ()  # the same of cgroups that it can do without
    unblock: frozenset[signal.Signals] = frozenset()  # signals that goom itself has blocked


class Child:
    """A started program. ``refuses`` when goom may not signal it: ``sudo`` made it root's."""

    refuses = False

    def __init__(self, command: tuple[str, ...], options: ChildOptions) -> None:
        self.command = command
        self._process = _start(command, options)
        self.pid = self._process.pid
        self.started_at_seconds = time.time()
        assert self._process.stderr is not None
        self.stderr = self._process.stderr.fileno()
        with contextlib.suppress(OSError):
            fcntl.fcntl(self.stderr, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._end = ProcessEnd(self.pid)
        self._relatives = Relatives(self.pid)

    def ended_within(self, seconds: float) -> bool:
        """Wait so long at most; whether the child has ended."""
        self._end.within(seconds)
        return self._process.poll() is not None

    def send(self, number: int) -> None:
        """Send a signal, if it still runs."""
        try:
            self._process.send_signal(number)
        except ProcessLookupError:
            pass
        except PermissionError:
            self.refuses = True

    def end(self, number: int, among: Iterable[int] = ()) -> None:
        """Send a signal that ends it, and remember who is below it (``among`` these, or anybody).

        They get SIGKILL with it; another signal is the program's to hand on, and twice it means
        something else to many.
        """
        if self._process.poll() is None:
            self._relatives.find(among)
        self.send(number)
        if number == signal.SIGKILL and not self.refuses:
            self._relatives.send(number)

    def kill_and_reap(self) -> None:
        """End it whatever it does, unless it refuses; nothing when it has ended."""
        if self._process.poll() is None:
            self.end(signal.SIGKILL)
        if not self.refuses:
            self._process.wait()

    def end_relatives(self, grace_seconds: float) -> str:
        """The child is gone: end those that ``end`` remembered and that it left. What to say."""
        said = ""
        if not self._relatives.ended_within(_DYING_SECONDS):
            self._relatives.send(signal.SIGTERM)
            if not self._relatives.ended_within(grace_seconds):
                self._relatives.send(signal.SIGKILL)
                gone = self._relatives.ended_within(_DYING_SECONDS)
                said = _KILLED if gone else _STILL_THERE
        self._relatives.close()
        return said

    @property
    def ended_by(self) -> tuple[int | None, int | None]:
        """(exit code, signal), one of them None; both while it runs."""
        code = self._process.returncode
        if code is None:
            return None, None
        return (code, None) if code >= 0 else (None, -code)

    def close(self) -> None:
        """Give the descriptors back."""
        if self._process.stderr:
            self._process.stderr.close()
        self._end.close()
        self._relatives.close()


def with_tracing(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with goom's keys merged into GODEBUG; what the user set stays."""
    stated = environment.get("GODEBUG", "")
    keys = {pair.partition("=")[0].strip() for pair in stated.split(",")}
    added = [f"{key}={value}" for key, value in TRACE_SETTINGS.items() if key not in keys]
    return {**environment, "GODEBUG": ",".join(filter(None, [stated, *added]))}


def warm(program: str, environment: Mapping[str, str]) -> None:
    """Bring the program's file into the page cache at goom's expense.

    Page cache is charged to the cgroup that touches it first. Charged to the program, its own code
    is what the kernel drops at the limit, again and again, and a program that should be killed
    crawls for minutes instead.
    """
    path = shutil.which(program, path=environment.get("PATH", os.defpath))
    with contextlib.suppress(OSError), Path(path or program).open("rb", buffering=0) as file:
        for _ in range(_MOST_WARMED_BYTES // MIB):
            if not file.read(MIB):
                return


def _start(command: tuple[str, ...], options: ChildOptions) -> subprocess.Popen[bytes]:
    entrances, unblock = options.entrances, options.unblock

    def before_exec() -> None:
        # Runs between fork and exec, so that not one page of the program is charged elsewhere.
        for entrance in entrances:
            os.write(entrance, b"0")
        for entrance in options.tried:
            with contextlib.suppress(OSError):
                os.write(entrance, b"0")
        if unblock:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, unblock)

    try:
        return subprocess.Popen(
            command,
            env=options.environment,
            cwd=options.folder,
            stdin=options.stdin,
            stdout=options.stdout,
            stderr=subprocess.PIPE,
            bufsize=0,
            preexec_fn=before_exec,  # noqa: PLW1509 - a few system calls, no lock, no import
        )
    except OSError as error:
        raise _cannot_start(command[0], error) from None
    except ValueError as error:  # a NUL byte in an argument
        raise CannotStartError(f"cannot start {command[0]!r}: {error}.", "", NOT_FOUND) from None
    except subprocess.SubprocessError:
        raise CannotStartError(
            f"cannot start {command[0]}: the kernel does not let it into its memory cgroup.",
            "Run goom as root, or without --memory.",
            NOT_EXECUTABLE,
        ) from None


def _cannot_start(program: str, error: OSError) -> CannotStartError:
    if error.errno == errno.ENOENT:
        return CannotStartError(
            f"cannot start {program}: there is no such program.",
            _where_to_look(program),
            NOT_FOUND,
        )
    if error.errno == errno.ENOEXEC:
        why = "it is neither a program nor a script with a #! line"
    elif error.errno == errno.EACCES and Path(program).is_dir():
        why = "it is a folder"
    elif error.errno == errno.EACCES:
        why = "it may not be executed"
    else:
        why = error.strerror or str(error)
    hint = f"Look at it:  ls -l {program}; file {program}"
    return CannotStartError(f"cannot start {program}: {why}.", hint, NOT_EXECUTABLE)


def _where_to_look(program: str) -> str:
    if "/" not in program and Path(program).is_file():
        return f"A program of that name is in this folder; say so:  goom run -- ./{program}"
    return "Give its path:  goom run -- ./app"


class SignalForwarder:
    """Hands on what goom is sent to the child, as if goom were not there.

    The signals are blocked and waited for, because only so does the kernel tell who sent them: what
    the terminal sends (Ctrl-C) goes to the whole foreground group, the child included, and must not
    reach it twice. Start it before any thread: a thread that does not block them would die of them.
    """

    FORWARDED = (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGQUIT,
        signal.SIGUSR1,
        signal.SIGUSR2,
        signal.SIGALRM,
        signal.SIGWINCH,
    )
    _SENT_BY_KERNEL = 0x80

    def __init__(self, signals: Iterable[signal.Signals] = FORWARDED) -> None:
        self.signals = frozenset(signals)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, self.signals)
        self.blocked = self.signals - {number for number in before if number in self.signals}

    def forward_pending(self, child: Child, wait_seconds: float) -> None:
        """Wait for one signal, at most so long, and hand it on."""
        sent = signal.sigtimedwait(self.signals, wait_seconds)
        if sent is not None and sent.si_code != self._SENT_BY_KERNEL:
            child.send(sent.si_signo)

    def close(self) -> None:
        """Goom takes its signals itself again."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.blocked)
