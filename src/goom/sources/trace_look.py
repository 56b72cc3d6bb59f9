"""Records an execution trace of a running program through its ``/debug/pprof/trace``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from goom.case.errors import BadInput, TooLarge
from goom.case.subject import Subject
from goom.case.units import MIB, bytes_text, seconds_text
from goom.sources.http_look import HttpLook
from goom.sources.live_target import LiveTarget

MAX_BYTES = 1024 * MIB  # goom reads a trace of any size; the disk is somebody's
USUAL_SECONDS = 5.0
_PATIENCE_SECONDS = 15.0
_NO_ENDPOINT = """Serve one, on loopback:  import _ "net/http/pprof"  and
go http.ListenAndServe("127.0.0.1:6060", nil)   or give a file:  goom trace app.trace"""
_ALREADY = """Only one trace can be recorded at a time, and a program may record one itself: ask
again when it has ended. It may also have no /trace beside its other profiles."""


def seconds_of(url: str) -> float | None:
    """What an address says of the length: ``…/trace?seconds=5``; None when it does not."""
    with suppress(KeyError, ValueError):
        seconds = float(parse_qs(urlsplit(url).query)["seconds"][0])
        return seconds if 0 < seconds < 86_400 else None
    return None


def cost(subject: Subject, seconds: float) -> tuple[str, ...]:
    """What a trace does to the program, to be said beforehand."""
    return (
        f"An execution trace of {subject.name} for {seconds_text(seconds)}: the world stops when it"
        " begins and ends;",
        "until then every change of a goroutine's state is written down: some per cent of its CPU,",
        "and some MiB a second when goroutines switch much.",
    )


def record(target: LiveTarget, seconds: float, path: Path) -> None:
    """Write a trace of so many seconds to ``path``; BadInput says why not."""
    if target.endpoint is None:
        raise BadInput(
            f"{target.subject.name} has no pprof address that answers, so it records no trace.",
            _NO_ENDPOINT,
        )
    line = HttpLook(target.endpoint.base_url)
    query = f"/trace?seconds={seconds:g}"
    try:
        with path.open("wb") as file:
            within = seconds + _PATIENCE_SECONDS
            status = line.save(query, file.write, within_seconds=within, max_bytes=MAX_BYTES)
    except TooLarge:
        raise TooLarge(
            f"the trace is larger than {bytes_text(MAX_BYTES)}.", "Record less:  --for 1s"
        ) from None
    except OSError as error:
        raise BadInput(
            f"cannot write {path}: {error.strerror}.", "Name another:  -o FILE"
        ) from None
    if status != 200:
        raise BadInput(f"{line.base_url}{query} answers {status}.", _ALREADY)
