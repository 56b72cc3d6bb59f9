"""Real programs under observation: how they start, what passes through, how they end."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from goom.case.errors import GoomError
from goom.case.units import MIB
from goom.sources import procfs
from goom.sources.bundle_reader import read_bundle
from goom.sources.cgroup_files import make_folder
from goom.sources.child import CannotStartError, with_tracing
from goom.sources.freezer import Freezer
from goom.sources.run import RunOptions, RunResult, observe
from goom.sources.run_options import RunStatus

_EATS_MEMORY = """
import time
held = []
for _ in range(500):  # no more, whatever goes wrong
    held.append(b'x' * (1 << 20))
    time.sleep(0.005)
"""


V1_FREEZER = Path("/sys/fs/cgroup/freezer")


class Run:
    """One run, with what it wrote to stderr."""

    def __init__(self, folder: Path) -> None:
        self.stderr = io.BytesIO()
        self.said: list[str] = []
        self.bundle = folder / "x.goom"

    def __call__(self, *command: str, **options: object) -> RunResult:
        settings = {
            "bundle": self.bundle,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": self.stderr.write,
            "say": self.said.append,
            **options,
        }
        return observe(command, RunOptions(**settings))  # type: ignore[arg-type]

    def python(self, code: str, **options: object) -> RunResult:
        return self(sys.executable, "-c", code, **options)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_the_exit_status_passes_through(run: Run) -> None:
    assert run("sh", "-c", "exit 7").shell_status == 7
    assert run("true").shell_status == 0


def test_a_death_by_signal_is_told_as_a_shell_tells_it(run: Run) -> None:
    result = run("sh", "-c", "kill -TERM $$")
    assert (result.ending.signal, result.shell_status) == (15, 143)
    assert not result.ending.oom_killed and not result.ending.stopped_by_goom


def test_stderr_passes_through_byte_for_byte(run: Run) -> None:
    junk = bytes(range(256)) * 4096 + b"\n" + b"y" * 10 * MIB
    source = run.bundle.parent / "junk"
    source.write_bytes(junk)
    run("sh", "-c", f"cat {source} >&2")
    assert run.stderr.getvalue() == junk


def test_a_program_that_closes_its_stderr_is_watched_to_its_end(run: Run) -> None:
    result = run.python("import os, sys, time\nos.close(2)\ntime.sleep(0.5)\nsys.exit(3)")
    assert result.shell_status == 3


def test_a_daemon_that_keeps_stderr_open_does_not_hold_goom(run: Run) -> None:
    pid_file = run.bundle.parent / "pid"
    result = run("sh", "-c", f"sleep 300 & echo $! > {pid_file}; exit 4")
    os.kill(int(pid_file.read_text()), signal.SIGKILL)
    assert result.shell_status == 4


def test_the_environment_passes_through_with_tracing_added(run: Run) -> None:
    seen = run.bundle.parent / "seen"
    environment = {**os.environ, "A": "b c", "GODEBUG": "madvdontneed=1,gctrace=0"}
    run("sh", "-c", f'echo "$A|$GODEBUG" > {seen}', environment=environment)
    assert seen.read_text() == "b c|madvdontneed=1,gctrace=0,scavtrace=1\n"


def test_tracing_is_set_where_the_user_set_nothing() -> None:
    assert with_tracing({})["GODEBUG"] == "gctrace=1,scavtrace=1"
    assert with_tracing({"GODEBUG": ""})["GODEBUG"] == "gctrace=1,scavtrace=1"


def test_a_program_that_is_not_there_is_one_sentence(run: Run) -> None:
    with pytest.raises(CannotStartError, match="there is no such program") as caught:
        run("./nothing-here")
    assert caught.value.status == 127
    assert not run.bundle.exists()


def test_a_file_that_is_no_program_is_one_sentence(run: Run, tmp_path: Path) -> None:
    plain, broken = tmp_path / "plain", tmp_path / "broken"
    plain.write_text("hello")
    broken.write_bytes(b"\x7fELFbut not really")
    broken.chmod(0o755)
    for program in (plain, broken, tmp_path):
        with pytest.raises(CannotStartError) as caught:
            run(str(program))
        assert caught.value.status == 126


def test_evidence_is_never_written_over_something_else(run: Run) -> None:
    run.bundle.write_text("my only copy")
    with pytest.raises(GoomError, match="is no bundle"):
        run("true")
    assert run.bundle.read_text() == "my only copy"


def test_a_folder_that_is_not_there_is_said_before_the_program_starts(run: Run) -> None:
    started = run.bundle.parent / "started"
    with pytest.raises(GoomError, match="cannot write"):
        run("touch", str(started), bundle=run.bundle.parent / "no" / "x.goom")
    assert not started.exists()


def test_the_time_is_up_and_the_program_ends_in_peace(run: Run) -> None:
    # A shell has its trap set a millisecond after it was started; Python takes 50, or 500.
    code = "trap 'kill $!; exit 5' TERM; sleep 300 & wait"
    result = run("sh", "-c", code, stop_after_seconds=0.5)
    assert result.ending.stopped_by_goom
    assert result.shell_status == 5


@pytest.mark.slow
def test_a_program_that_ignores_sigterm_is_killed_after_its_grace(run: Run) -> None:
    result = run("sh", "-c", "trap '' TERM; exec sleep 300", stop_after_seconds=0.5)
    assert result.ending.stopped_by_goom
    assert result.ending.signal == 9


@pytest.mark.real_cgroup
def test_the_kernel_kills_at_the_limit_and_goom_knows(run: Run) -> None:
    result = run.python(_EATS_MEMORY, memory_limit_bytes=64 * MIB)
    assert result.ending.oom_killed and result.ending.oom_kill_count == 1
    assert not result.ending.limit_enforced_by_goom
    evidence = read_bundle(result.bundle)
    assert evidence.cgroup is not None
    assert evidence.cgroup.last("oom_kills") == 1
    assert evidence.cgroup.last("peak_bytes") == 64 * MIB
    assert evidence.subject.memory_limit_bytes == 64 * MIB
    assert evidence.mappings.all


@pytest.mark.real_cgroup
def test_descendants_are_in_the_cgroup_and_leave_with_it(run: Run) -> None:
    pid_file = run.bundle.parent / "pid"
    result = run("sh", "-c", f"sleep 300 & echo $! > {pid_file}", memory_limit_bytes=64 * MIB)
    assert not procfs.is_alive(int(pid_file.read_text()))
    assert "left in its cgroup" in " ".join(run.said)
    assert result.shell_status == 0


def test_a_program_that_is_not_go_is_watched_and_said_to_be_none(run: Run) -> None:
    result = run.python("import time; time.sleep(0.5)")
    assert result.go_version is None
    assert "is no Go program" in " ".join(run.said)
    evidence = read_bundle(result.bundle)
    assert evidence.process is not None and len(evidence.process) > 3


def test_a_bundle_holds_how_it_ended(run: Run) -> None:
    run("sh", "-c", "exit 7")
    evidence = read_bundle(run.bundle)
    assert evidence.subject.ending is not None
    assert evidence.subject.ending.exit_code == 7
    assert evidence.subject.command == ("sh", "-c", "exit 7")
    assert evidence.subject.environment["GODEBUG"].endswith("gctrace=1,scavtrace=1")


def test_trace_lines_come_into_the_bundle_with_their_arrivals(run: Run) -> None:
    run("sh", "-c", "echo 'gc 1 @0.1s 0%: cut' >&2; echo other >&2", quiet=True)
    assert run.stderr.getvalue() == b"other\n"
    with zipfile.ZipFile(run.bundle) as bundle:
        assert bundle.read("stderr/trace-000000.log") == b"gc 1 @0.1s 0%: cut\n"
        assert len(bundle.read("stderr/trace-000000.times").split()) == 1


def test_an_observer_in_another_thread_works_as_well(run: Run) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run("sh", "-c", "exit 9").shell_status))
    thread.start()
    thread.join()
    assert codes == [9]


@pytest.mark.real_cgroup
@pytest.mark.parametrize("limit", [None, 64 * MIB])
def test_run_after_run_leaves_nothing_open_and_no_cgroup(limit: int | None, run: Run) -> None:
    def left() -> tuple[int, list[Path], list[str]]:
        gc.collect()  # what older tests left to be closed
        folders = Path("/sys/fs/cgroup").glob(f"**/goom-{os.getpid()}-*")
        named = [one.name for one in threading.enumerate() if one.name in ("warden", "brink")]
        return len(list(Path("/proc/self/fd").iterdir())), list(folders), named

    run("true", memory_limit_bytes=limit)
    before = left()
    for _ in range(2):
        run("sleep", "0.2", memory_limit_bytes=limit)
    after = left()
    assert after[0] <= before[0]  # what older tests had open may be closed meanwhile
    assert after[1:] == before[1:]


@pytest.mark.real_cgroup
def test_a_frozen_program_is_killed_when_goom_gives_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 1 lets no process die that it has frozen."""
    if not Path(V1_FREEZER, "tasks").exists():
        pytest.skip("the freezer of version 1 is not mounted")
    freezer = Freezer(make_folder(V1_FREEZER), 1, is_owned=True)
    monkeypatch.setattr("goom.sources.run.make_freezer", lambda _: freezer)

    def freeze(_: RunStatus) -> None:
        assert freezer.pids()
        freezer.switch.write_text(freezer.freezes)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("sleep", "20", memory_limit_bytes=64 * MIB, on_status=freeze)
    assert not freezer.folder.exists()


@pytest.mark.real_cgroup
def test_a_program_that_is_not_let_into_the_freezer_runs_all_the_same(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    freezer = Freezer(tmp_path, 1, is_owned=False)
    monkeypatch.setattr(freezer, "entrances", lambda: (os.open("/dev/full", os.O_WRONLY),))
    monkeypatch.setattr("goom.sources.run.make_freezer", lambda _: freezer)
    assert run("sleep", "0.2", memory_limit_bytes=64 * MIB).shell_status == 0
    said = [one.what for one in read_bundle(run.bundle).not_read]
    assert "the program held still at the brink" in said


def test_a_program_that_goom_may_not_end_is_watched_until_it_ends(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``sudo`` makes it root's, and the kernel refuses the signal; only that is feigned here."""

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(subprocess.Popen, "send_signal", refused)
    monkeypatch.setattr(signal, "pidfd_send_signal", refused)
    result = run("sh", "-c", "sleep 1.5 & wait; exit 3", stop_after_seconds=0.3)
    assert result.ending.exit_code == 3
    assert not result.ending.stopped_by_goom
    assert sum("sudo kill" in one for one in run.said) == 1
    assert read_bundle(run.bundle).subject.ending == result.ending
