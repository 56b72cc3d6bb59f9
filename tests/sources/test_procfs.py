"""Looks at real processes through /proc."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from goom.sources import procfs, sockets
from goom.sources.procfs import ProcessFiles
from goom.sources.sockets import Listener, parse_listening


def test_a_look_at_oneself_names_every_figure_that_the_kernel_states() -> None:
    files = ProcessFiles(os.getpid())
    seen = files.look()
    files.close()
    parts = seen["rss_anon_bytes"] + seen["rss_file_bytes"] + seen["rss_shmem_bytes"]
    assert seen["rss_bytes"] == parts > 0
    assert set(procfs.COLUMNS) - set(seen) == {"listening_sockets"}


def test_a_process_that_is_gone_has_no_figures_and_raises_nothing() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        files = ProcessFiles(sleeper.pid)
        assert files.look()
        sleeper.kill()
        sleeper.wait()
        assert files.look() == {}
        files.close()
    assert procfs.rss_bytes(sleeper.pid) == 0
    assert not procfs.is_alive(sleeper.pid)
    assert procfs.command_line(sleeper.pid) == ()


def test_mappings_count_only_when_the_process_outlives_the_reading() -> None:
    assert procfs.read_mappings(os.getpid(), "smaps").endswith(b"\n")
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        sleeper.kill()
        os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # dead, and still there
        assert procfs.read_whole(sleeper.pid, "smaps") == b""
        with pytest.raises(ProcessLookupError):
            procfs.read_mappings(sleeper.pid, "smaps")


def test_mappings_cut_short_by_a_kill_are_refused() -> None:
    """The process dies between two pages of the list: the kernel ends it without a word."""
    many = "import mmap, time; m = [mmap.mmap(-1, 4096 * (1 + i % 2)) for i in range(3000)]"
    with subprocess.Popen(
        [sys.executable, "-c", many + "; print(len(m), flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE,
    ) as subject:
        assert subject.stdout is not None
        subject.stdout.readline()
        read = procfs.read_whole

        def dies_meanwhile(pid: int, name: str, *, max_bytes: int = 1 << 20) -> bytes:
            if name != "smaps":
                return read(pid, name, max_bytes=max_bytes)
            with (procfs.PROC / str(pid) / name).open("rb", buffering=0) as file:
                first = file.read(4096)
                subject.kill()
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
                rest = b"".join(iter(lambda: file.read(1 << 16), b""))
            assert len(first + rest) < 3000 * 100  # a part, and no error
            return first + rest

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(procfs, "read_whole", dies_meanwhile)
            with pytest.raises(ProcessLookupError):
                procfs.read_mappings(subject.pid, "smaps")


def test_a_name_with_spaces_and_brackets_does_not_shift_the_figures() -> None:
    fields = b"S " + b" ".join(str(n).encode() for n in range(4, 53))
    seen = procfs.parse_stat(b"77 (a) R (b c)) " + fields)
    assert (seen["minor_faults"], seen["major_faults"]) == (10, 12)


def test_the_family_of_a_process_is_found() -> None:
    code = "import subprocess; subprocess.run(['sleep', '60'])"
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        while len(procfs.family(parent.pid)) < 2:
            assert parent.poll() is None
        _, child = procfs.family(parent.pid)
        assert procfs.command_line(child) == ("sleep", "60")
        os.kill(child, 9)
        parent.wait()


def test_only_what_steers_go_is_read_of_an_environment() -> None:
    environment = {"GOGC": "50", "SECRET": "x", "GODEBUG": "gctrace=1", "GOOGLE_TOKEN": "y"}
    with subprocess.Popen(["sleep", "60"], env={**environment, "PATH": os.defpath}) as sleeper:
        while procfs.command_line(sleeper.pid)[:1] != ("sleep",):
            assert sleeper.poll() is None
        seen = procfs.go_environment(sleeper.pid)
        sleeper.kill()
    assert seen == {"GOGC": "50", "GODEBUG": "gctrace=1"}


def test_the_start_of_a_process_is_known_to_the_tick() -> None:
    before = time.time()
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        started = procfs.started_at_seconds(sleeper.pid)
        sleeper.kill()
    assert before - 0.02 <= started <= time.time() + 0.02


def test_a_listening_socket_is_found_by_its_inode() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("0.0.0.0", 0)) as two:
        ports = {one.getsockname()[1], two.getsockname()[1]}
        found = sockets.listeners([os.getpid()])
    assert {Listener("127.0.0.1", port) for port in ports} <= set(found)


def test_what_loopback_does_not_reach_is_left_out() -> None:
    head = (
        b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt uid t inode\n"
    )
    row = b"   0: %s 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 %d 1\n"
    table = head + row % (b"0100007F:1F90", 1) + row % (b"0500000A:1F91", 2)
    table += row % (b"00000000000000000000000001000000:1F92", 3)
    table += row % (b"0000000000000000FFFF00000100007F:1F93", 4)
    table += row % (b"00000000:1F94", 5)
    found = parse_listening(table, frozenset(range(5)))
    assert [one.url for one in found] == [
        "http://127.0.0.1:8080",
        "http://[::1]:8082",
        "http://127.0.0.1:8083",
    ]
