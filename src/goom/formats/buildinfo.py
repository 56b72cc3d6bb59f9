"""What ``go build`` wrote into a binary: version, module and settings (debug/buildinfo)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goom.case.errors import BadInput
from goom.formats import elf_sections

_MAGIC = b"\xff Go buildinf:"
_HEADER_BYTES, _ALIGN_BYTES = 32, 16
_STRINGS_INLINE = 2  # a flag: since Go 1.18 the two strings follow the header
_SENTINEL_BYTES = 16  # the module text is framed, so that it can be found in a running process
_MOST_TEXT_BYTES = 4 << 20
_UNNAMED = "command-line-arguments"  # go build FILE.go


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInfo:
    """``go_version`` as in "1.22.10"; ``path`` is the main package's, ``module`` the main module's,
    "" when the build did not say. ``settings`` are go build's (CGO_ENABLED, -tags, vcs.revision).
    """

    go_version: str
    path: str = ""
    module: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def main_packages(self) -> tuple[str, ...]:
        """Import path prefixes that are the user's own."""
        named = (self.module, self.path)
        return tuple(dict.fromkeys(one for one in named if one and one != _UNNAMED))[:1]


def read(data: memoryview) -> BuildInfo:
    """Read an ELF file; raises BadInput when it is not one, or not built by Go 1.18 or later."""
    info = _info(data, elf_sections.read(data))
    if len(info) < _HEADER_BYTES or not info[15] & _STRINGS_INLINE:
        raise BadInput("not built by Go 1.18 or later")
    version, after = _text(info, _HEADER_BYTES)
    framed, _ = _text(info, after)
    if not version.startswith(b"go") and not version.startswith(b"devel"):
        raise BadInput("its build information names no Go version")
    module = framed[_SENTINEL_BYTES:-_SENTINEL_BYTES].decode("utf-8", "replace")
    return _with_module(_plain_version(version), module)


def _info(data: memoryview, elf: elf_sections.Elf) -> bytes:
    section = elf.sections.get(".go.buildinfo")
    if section is not None:
        found = bytes(data[section.offset : section.offset + min(section.size, _MOST_TEXT_BYTES)])
        if found.startswith(_MAGIC):
            return found
    for name in (".data", ".data.rel.ro", ".rodata"):  # another linker may have moved it
        body = elf.bytes_of(data, name)
        at = bytes(body[:_MOST_TEXT_BYTES]).find(_MAGIC) if body is not None else -1
        if body is not None and at >= 0 and at % _ALIGN_BYTES == 0:
            return bytes(body[at : at + _MOST_TEXT_BYTES])
    raise BadInput("no Go program: it has no build information")


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    size, shift = 0, 0
    while True:
        if at >= len(data) or shift > 28:
            raise BadInput("its Go build information is damaged")
        byte = data[at]
        size |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            break
    if at + size > len(data):
        raise BadInput("its Go build information is cut off")
    return data[at : at + size], at + size


def _plain_version(raw: bytes) -> str:
    first = raw.decode("utf-8", "replace").split(" ", 1)[0]  # "go1.25.5 X:greenteagc"
    return first.removeprefix("go")


def _with_module(version: str, text: str) -> BuildInfo:
    path = module = ""
    settings: dict[str, str] = {}
    for line in text.splitlines():
        kind, _, rest = line.partition("\t")
        if kind == "path":
            path = rest
        elif kind == "mod":
            module = rest.partition("\t")[0]
        elif kind == "build":
            key, _, value = rest.partition("=")
            settings[key] = value.strip('"')
    return BuildInfo(go_version=version, path=path, module=module, settings=settings)
