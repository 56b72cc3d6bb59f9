"""A look is written and read as itself; what does not add up is refused in words."""

from __future__ import annotations

import json

import pytest

from goom.case.errors import BadInput
from goom.formats import ebpf_look
from goom.formats.recognise import Kind, recognise
from tests.ebpf_looks import look, mapped, unmapped

LOOK = look("mmap", [mapped(0x7F0000000000, 65536), unmapped(0x7F0000000000, 4096)])


def test_a_look_is_read_as_it_was_written() -> None:
    data = ebpf_look.to_json([LOOK], {"still_mapped": {}})
    (again,) = ebpf_look.from_json(data, "x.json")
    assert again.events() == LOOK.events()
    assert again.stacks == LOOK.stacks
    assert (again.kind, again.pid, again.cost.hits) == ("mmap", 4711, 2)
    assert recognise(data) is Kind.EBPF


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("call_ids", [0, 9], "a call that it does not hold"),
        ("stack_ids", [0, 99], "a stack that it does not hold"),
        ("figures", [[1]], "not of one length"),
        ("figures", [[1 << 63], [0]], "none that a kernel says"),
        ("kind", "kprobes", "does not know"),
        ("stacks", [[77], [], [], [], []], "a frame that it does not hold"),
        ("at_seconds", ["x", 1], "not what goom writes"),
    ],
)
def test_what_does_not_add_up_is_refused(field: str, value: object, words: str) -> None:
    document = json.loads(ebpf_look.to_json([LOOK]))
    document["looks"][0][field] = value
    with pytest.raises(BadInput, match=words):
        ebpf_look.from_json(json.dumps(document).encode())


def test_another_schema_is_refused() -> None:
    with pytest.raises(BadInput, match="of schema"):
        ebpf_look.from_json(b'{"schema": "goom.ebpf/2", "looks": []}')
