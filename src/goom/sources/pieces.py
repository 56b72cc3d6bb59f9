"""One file at a time: recognised by its content, read as what it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isnan
from pathlib import PurePath

from goom.case.errors import BadInput
from goom.case.series import CgroupSeries, MemStatsSeries, ProcessSeries
from goom.formats import (
    buildinfo,
    call_sites,
    cgroup,
    ebpf_look,
    goroutine_dump,
    gzip_bounded,
    legacy_profile,
    memstats,
    numa_maps,
    pprof,
    proc,
    prometheus,
    series_csv,
    smaps,
    surroundings,
    xray_spans,
)
from goom.formats.exec_trace import exec_trace
from goom.formats.memstats import MemStatsLook
from goom.formats.recognise import HEAD_BYTES, Kind, holds_also, recognise
from goom.sources.gathered import Gathered, Log, Piece

_ELF = b"\x7fELF"
_LEAK_PROFILE = b"goroutineleak profile: total "
_SETTINGS = {
    "GOGC": "gogc_percent",
    "GOMEMLIMIT": "gomemlimit_bytes",
    "GOMAXPROCS": "gomaxprocs",
}


def take(gathered: Gathered, piece: Piece) -> bool:
    """Read one piece; whether it was understood. What was not is noted in ``not_read``."""
    try:
        _read(gathered, piece)
    except BadInput as error:
        gathered.leave(piece.origin, error.message, error.hint)
        return False
    gathered.sources.append(piece.origin)
    return True


def _read(gathered: Gathered, piece: Piece) -> None:
    if piece.data.startswith(_ELF):
        return _program(gathered, piece)
    kind = recognise(piece.data[:HEAD_BYTES], piece.origin)
    if kind is Kind.GZIP:
        room = gathered.left_bytes
        data = gzip_bounded.unpack(piece.data, origin=piece.origin, max_bytes=room)
        gathered.left_bytes -= len(data)
        piece = replace(piece, data=data)
        kind = recognise(data[:HEAD_BYTES], piece.origin)
    for one in _kinds(kind, piece.data):
        if one not in READERS:
            raise BadInput(_WHY_NOT.get(one, _WHY_NOT[Kind.UNKNOWN]))
        READERS[one](gathered, piece)
    return None


def _kinds(kind: Kind, data: bytes) -> tuple[Kind, ...]:
    """A log may open with anything, and be a GC log and a crash at once further down."""
    if kind in (Kind.GCTRACE, Kind.GOROUTINE_DUMP, Kind.UNKNOWN):
        return holds_also(data) or (kind,)
    return (kind,)


def _program(gathered: Gathered, piece: Piece) -> None:
    """The program itself: what it was built from, and who calls whom in it."""
    data = memoryview(piece.data)
    build = buildinfo.read(data)
    gathered.learned.note("go_version", build.go_version)
    gathered.learned.note("main_packages", build.main_packages)
    gathered.learned.note("name", PurePath(piece.origin).name)
    gathered.binary = call_sites.read(data)


def _profile(gathered: Gathered, piece: Piece) -> None:
    profile = pprof.parse(
        piece.data,
        origin=piece.origin,
        taken_at_seconds=piece.outer_seconds,
        max_bytes=gathered.left_bytes,
    )
    if not isnan(piece.at_seconds):
        profile = replace(profile, taken_at_seconds=piece.at_seconds)
    if profile.kind == "other":
        types = ", ".join(name for name, _ in profile.sample_types[:4])
        raise BadInput(
            f"it is a profile of another kind ({types}), not one that Go writes.",
            "Take one from the program:  curl -o heap.pb.gz http://HOST/debug/pprof/heap",
        )
    gathered.learned.source_files(profile.files)
    gathered.profiles.append(profile)


def _heap_text(gathered: Gathered, piece: Piece) -> None:
    at_seconds = piece.outer_seconds
    profile = legacy_profile.parse_heap_text(
        _text(piece), origin=piece.origin, taken_at_seconds=at_seconds
    )
    gathered.profiles.append(profile)
    look = memstats.parse_heap_trailer(piece.data, at_seconds=at_seconds)
    if look is not None:
        gathered.memstats.append(look)


def _goroutines(gathered: Gathered, piece: Piece) -> None:
    if piece.data.startswith(_LEAK_PROFILE):
        return _count_text(gathered, piece)  # the leaked alone: no count of all goroutines
    dump = goroutine_dump.parse(
        _text(piece), origin=piece.origin, taken_at_seconds=piece.outer_seconds
    )
    if not dump.total:
        raise BadInput("it holds no goroutine")
    gathered.dumps.append(dump)
    return None


def _count_text(gathered: Gathered, piece: Piece) -> None:
    profile = legacy_profile.parse_count_text(
        _text(piece), origin=piece.origin, taken_at_seconds=piece.outer_seconds
    )
    if profile.kind == "other":
        raise BadInput("it is a text profile of another kind than goom reads")
    gathered.profiles.append(profile)


def _text(piece: Piece) -> str:
    return piece.data.decode("utf-8", "replace")


def _exec_trace(gathered: Gathered, piece: Piece) -> None:
    gathered.exec_traces.append(exec_trace.read(io.BytesIO(piece.data), name=piece.origin))


def _gctrace(gathered: Gathered, piece: Piece) -> None:
    gathered.logs.append(Log(piece=piece))


def _expvar(gathered: Gathered, piece: Piece) -> None:
    looks = memstats.parse_expvar(piece.data, at_seconds=piece.outer_seconds)
    if len(looks) == 1 and not isnan(piece.at_seconds):
        looks = [replace(looks[0], time_seconds=piece.at_seconds)]
    gathered.memstats += looks
    gathered.learned.command(looks[-1].command)


def _prometheus(gathered: Gathered, piece: Piece) -> None:
    samples = prometheus.parse(piece.data)
    fields = prometheus.memstats_fields(samples)
    gathered.metrics.append((piece.outer_seconds, samples))
    if "HeapAlloc" in fields:
        gathered.memstats.append(MemStatsLook(piece.outer_seconds, fields))
    gathered.learned.metrics(samples)


def _smaps(gathered: Gathered, piece: Piece) -> None:
    look = smaps.parse(piece.data, taken_at_seconds=piece.outer_seconds, origin=piece.origin)
    gathered.mappings.append(look)


def _numa_maps(gathered: Gathered, piece: Piece) -> None:
    look = numa_maps.parse(piece.data, taken_at_seconds=piece.outer_seconds, origin=piece.origin)
    gathered.numa.append(look)


def _spans(gathered: Gathered, piece: Piece) -> None:
    look = xray_spans.parse(piece.data)
    gathered.spans.append(look)
    gathered.learned.note("go_version", look.go_version.removeprefix("go"))


def _surroundings(gathered: Gathered, piece: Piece) -> None:
    at_seconds = piece.outer_seconds
    look = surroundings.parse(piece.data, taken_at_seconds=at_seconds, origin=piece.origin)
    gathered.surroundings.append(look)
    if look.levels:
        gathered.learned.note("cgroup_version", look.levels[0].version)


def _smaps_rollup(gathered: Gathered, piece: Piece) -> None:
    sums = smaps.parse_rollup(piece.data)
    names = {"rss_bytes": "rss_bytes", "swap_bytes": "swap_bytes"}
    figures = {ours: sums[theirs] for theirs, ours in names.items() if theirs in sums}
    gathered.process.add_figures(piece.outer_seconds, figures)


def _proc_status(gathered: Gathered, piece: Piece) -> None:
    gathered.process.add_figures(piece.outer_seconds, proc.parse_status(piece.data))
    pid, name = proc.identity(piece.data)
    gathered.learned.note("pid", pid)
    gathered.learned.note("name", name)


def _proc_stat(gathered: Gathered, piece: Piece) -> None:
    gathered.process.add_figures(piece.outer_seconds, proc.parse_stat(piece.data))


def _cgroup(gathered: Gathered, piece: Piece) -> None:
    gathered.cgroup.add_figures(piece.outer_seconds, cgroup.parse_file(piece.origin, piece.data))
    gathered.learned.note("cgroup_version", cgroup.version(piece.data))


def _ebpf(gathered: Gathered, piece: Piece) -> None:
    looks = ebpf_look.from_json(piece.data, piece.origin)
    gathered.ebpf += looks
    for look in looks:
        gathered.learned.note("pid", look.pid)


def _series(gathered: Gathered, piece: Piece) -> None:
    header = piece.data.partition(b"\n")[0]
    if b",HeapMarked" in header:
        _xray(gathered, series_csv.read(piece.data, MemStatsSeries))
    elif b",usage_bytes" in header or b",limit_bytes" in header:
        gathered.cgroup.add_series(series_csv.read(piece.data, CgroupSeries))
    elif b",rss_bytes" in header or b",vm_size_bytes" in header:
        gathered.process.add_series(series_csv.read(piece.data, ProcessSeries))
    else:
        raise BadInput("it is a series of neither a process nor a cgroup.")


def _xray(gathered: Gathered, series: MemStatsSeries) -> None:
    """Rows of X-ray: MemStats under its own names, and the settings as the process has them."""
    columns = [(name, column.tolist()) for name, column in series.columns.items()]
    for number, at_seconds in enumerate(series.time_seconds.tolist()):
        stated = {name: column[number] for name, column in columns if not isnan(column[number])}
        gathered.memstats.append(MemStatsLook(at_seconds, stated))
    for name, field in _SETTINGS.items():
        value = series.last(name)
        if not isnan(value):
            gathered.learned.note(field, int(value))


READERS: Mapping[Kind, Callable[[Gathered, Piece], None]] = {
    Kind.PPROF: _profile,
    Kind.HEAP_TEXT: _heap_text,
    Kind.GOROUTINE_TEXT: _goroutines,
    Kind.GOROUTINE_DUMP: _goroutines,
    Kind.PROFILE_TEXT: _count_text,
    Kind.EXECUTION_TRACE: _exec_trace,
    Kind.GCTRACE: _gctrace,
    Kind.EXPVAR: _expvar,
    Kind.EXPVAR_LINES: _expvar,
    Kind.PROMETHEUS: _prometheus,
    Kind.SMAPS: _smaps,
    Kind.MAPS: _smaps,
    Kind.SMAPS_ROLLUP: _smaps_rollup,
    Kind.NUMA_MAPS: _numa_maps,
    Kind.SURROUNDINGS: _surroundings,
    Kind.XRAY_SPANS: _spans,
    Kind.PROC_STATUS: _proc_status,
    Kind.PROC_STAT: _proc_stat,
    Kind.CGROUP: _cgroup,
    Kind.SERIES_CSV: _series,
    Kind.EBPF: _ebpf,
}
_WHY_NOT: Mapping[Kind, str] = {
    Kind.EMPTY: "it is empty",
    Kind.BUNDLE: "it is a zip inside of another",
    Kind.CASE_JSON: "it is a verdict that goom wrote, not evidence",
    Kind.UNKNOWN: "it is nothing that goom knows",
}
