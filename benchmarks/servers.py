"""X-ray, capture and diagnosis of real servers that nobody here wrote, under load.

    python benchmarks/servers.py [prometheus etcd nats-server caddy] [--for 15]

Those of Debian's packages that are installed (apt-get install prometheus etcd-server nats-server
caddy) are started on loopback and loaded for some seconds by clients in this process. They are
stripped. Before the load X-ray is held against what the server's own endpoint says while no cycle
ends in between: heap bytes by call site must be equal, goroutines but for the request's own. Under
load a capture asks the server nothing; X-ray alone tells what the verdict is made of.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from goom.case.profile import Profile
from goom.diagnose import diagnose
from goom.formats import pprof
from goom.sources.bundle_reader import read_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.live_target import find_target
from goom.sources.xray.attach import attach
from goom.sources.xray.evidence import evidence
from goom.sources.xray.state import Sampler

_CLIENTS, _START_SECONDS, _TRIES = 4, 30.0, 20
Load = Callable[[], None]


@dataclass(frozen=True)
class Server:
    """How to start one, where its pprof is (for us, afterwards), and one request of its load."""

    command: tuple[str, ...]
    port: int
    load: Load
    files: dict[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="SERVER", default=list(SERVERS))
    parser.add_argument("--for", type=float, default=15.0, dest="seconds", metavar="SECONDS")
    parsed = parser.parse_args()
    held = [look_at(name, parsed.seconds) for name in parsed.names]
    return 0 if all(held) else 1


def look_at(name: str, seconds: float) -> bool:
    server = SERVERS[name]
    program = shutil.which(server.command[0], path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        print(f"{name}: not installed")
        return False
    with running(program, server) as pid:
        time.sleep(2.0)
        equal = compared(name, pid, server.port)
        with loaded(server.load):
            time.sleep(1.0)
            watched(pid, seconds)
    return equal


def compared(name: str, pid: int, port: int) -> bool:
    """X-ray beside the server's own words: heap by call sites, goroutines by how they began."""
    began = time.perf_counter()
    target = attach(pid)
    attached = time.perf_counter() - began
    for _ in range(_TRIES):
        began = time.perf_counter()
        found = evidence(target)
        took = time.perf_counter() - began
        theirs = {kind: asked(port, kind) for kind in ("heap", "goroutine")}
        if Sampler(target).sample().collector.cycles == found.sample.collector.cycles:
            break
    target.close()
    print(f"\n{name}: Go {target.about.go_version}, {target.about.addresses_from}, pid {pid}")
    print(
        f"  attach {attached * 1e3:.1f} ms, everything in {took * 1e3:.0f} ms"
        f" ({found.sample.goroutines} goroutines, {len(found.heap or ())} heap stacks)"
    )
    for one in found.not_read:
        print(f"  not read: {one.what}: {one.why}")
    assert found.heap is not None and found.goroutines is not None
    stacks = [found.goroutines.stacks[row] for row in found.goroutines.stack_ids.tolist()]
    ours = {
        "heap": by_site(found.heap),
        "goroutine": Counter(stack[-1].function for stack in stacks if stack),
    }
    own = {"heap": by_site(theirs["heap"]), "goroutine": by_start(theirs["goroutine"])}
    equal = True
    for kind, mine in ours.items():
        same = sum((mine & own[kind]).values())
        share = same / max(sum(mine.values()), sum(own[kind].values()), 1)
        equal &= kind == "goroutine" or mine == own[kind]
        print(
            f"  {kind:10} {sum(mine.values()):>13,} by X-ray {sum(own[kind].values()):>13,}"
            f" by its endpoint: {share:.1%} in the same places"
        )
    return equal


def watched(pid: int, seconds: float) -> None:
    """A capture that asks the server nothing, and its verdict."""
    with tempfile.TemporaryDirectory() as scratch:
        bundle = Path(scratch) / "x.goom"
        target = replace(find_target(pid, ""), endpoint=None)
        result = capture(target, CaptureOptions(bundle=bundle, for_seconds=seconds))
        case = diagnose(read_bundle(bundle))
    verdict = case.verdict
    memstats = case.evidence.memstats
    cycles = memstats.last("NumGC") if memstats is not None else float("nan")
    print(
        f"  {seconds:.0f} s watched, {result.looks} looks took {result.spent}; {cycles:.0f} cycles;"
        f" {verdict.cause} {verdict.confidence:.2f}"
    )


def asked(port: int, kind: str) -> Profile:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/debug/pprof/{kind}", timeout=10) as got:
        return pprof.parse(got.read(), origin=kind)


def by_site(profile: Profile) -> Counter[str]:
    """Bytes in use by the function that allocated."""
    values = profile.column("inuse_space")
    assert values is not None
    found: Counter[str] = Counter()
    for row, value in enumerate(np.asarray(values).tolist()):
        stack = profile.stack(row)
        if value and stack:
            found[stack[0].function] += value
    return found


def by_start(profile: Profile) -> Counter[str]:
    """Goroutines by the function that they began with."""
    found: Counter[str] = Counter()
    for row in range(len(profile)):
        stack = profile.stack(row)
        if stack:
            found[stack[-1].function] += int(profile.values[row, 0])
    return found


@contextmanager
def running(program: str, server: Server) -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="goom-servers-") as scratch:
        for name, text in server.files.items():
            Path(scratch, name).write_text(text, encoding="utf-8")
        words = (program, *(word.replace("FOLDER", scratch) for word in server.command[1:]))
        process = subprocess.Popen(
            words,
            cwd=scratch,
            env={"HOME": scratch, "PATH": "/usr/bin"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + _START_SECONDS
            while time.monotonic() < until and process.poll() is None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 1):
                    break
                time.sleep(0.1)
            yield process.pid
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


@contextmanager
def loaded(load: Load) -> Iterator[None]:
    """Some clients that ask as fast as they are answered."""
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            with suppress(OSError, urllib.error.URLError):
                load()

    clients = [threading.Thread(target=work, daemon=True) for _ in range(_CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        ended.set()
        for client in clients:
            client.join(5.0)


def get(url: str, body: bytes | None = None) -> Load:
    def once() -> None:
        with urllib.request.urlopen(url, data=body, timeout=5) as answer:
            answer.read()

    return once


def publish() -> None:
    """A connection that subscribes, publishes a hundred messages and goes."""
    with socket.create_connection(("127.0.0.1", 24222), 5) as wire:
        wire.recv(4096)
        wire.sendall(b'CONNECT {"verbose":false}\r\nSUB orders 1\r\n')
        wire.sendall(b"PUB orders 512\r\n" + b"x" * 512 + b"\r\n" * 1)
        for _ in range(100):
            wire.sendall(b"PUB orders 256\r\n" + b"y" * 256 + b"\r\n")
        wire.sendall(b"PING\r\n")
        wire.recv(65536)


_SCRAPE = """global: {scrape_interval: 1s}
scrape_configs:
- {job_name: own, static_configs: [{targets: ["127.0.0.1:19090"]}]}
"""
_CADDY = """{
 admin 127.0.0.1:22019
}
http://127.0.0.1:22080 {
 templates
 respond "hello {http.request.uri}"
}
"""
_ETCD = "http://127.0.0.1:22379"
SERVERS = {
    "prometheus": Server(
        ("prometheus", "--config.file=p.yml", "--storage.tsdb.path=FOLDER/data",
         "--web.listen-address=127.0.0.1:19090"),
        19090,
        get("http://127.0.0.1:19090/api/v1/query?query=rate(go_memstats_alloc_bytes_total[1m])"),
        {"p.yml": _SCRAPE},
    ),
    "etcd": Server(
        ("etcd", "--data-dir=FOLDER/etcd", "--enable-pprof", f"--listen-client-urls={_ETCD}",
         f"--advertise-client-urls={_ETCD}", "--listen-peer-urls=http://127.0.0.1:22380",
         "--initial-advertise-peer-urls=http://127.0.0.1:22380",
         "--initial-cluster=default=http://127.0.0.1:22380"),
        22379,
        get(f"{_ETCD}/v3/kv/put", b'{"key":"b3JkZXI=","value":"' + b"eHh4" * 256 + b'"}'),
        {},
    ),
    "nats-server": Server(
        ("nats-server", "-a", "127.0.0.1", "-p", "24222", "--profile", "26062"), 26062, publish, {}
    ),
    "caddy": Server(
        ("caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"),
        22019,
        get("http://127.0.0.1:22080/hello"),
        {"Caddyfile": _CADDY},
    ),
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
