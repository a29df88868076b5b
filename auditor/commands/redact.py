"""`fwproof redact`: exports that can be shared, and that audit to the same findings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import files_argument
from auditor.commands.output import check_folder, save, show, show_bytes

if TYPE_CHECKING:
    from parsers.redaction import Pseudonyms
    from parsers.source import Document

_SITE = re.compile(rb"^\s*[\"']?schema[\"']?\s*:\s*[\"']?fwsite/", re.MULTILINE)


@click.command("redact", short_help="Write exports without secrets (names, public addresses), to share them.")
@files_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File, or folder for several, made if absent; printed unless given.",
)
@click.option("--names", is_flag=True, help="Replace everything that may be a name or text of yours.")
@click.option("--addresses", is_flag=True, help="Replace public addresses as well; networks stay networks.")
def redact_command(files: tuple[Path, ...], output: Path | None, names: bool, addresses: bool) -> int:
    """Write exports without passwords, keys, certificates, hashes and communities, line for line.

    What is replaced is replaced by the same word wherever it stands, in all files given together, a site file among
    them too: the result audits to the same findings, on the same lines. Addresses are exchanged by a key that is
    forgotten afterwards: redact together what belongs together. Private addresses stay.

    With --names only these words stay: numbers, names that every device of the vendor has, options of the command
    line, and words that say what a server is for (mail, dc, sql), by which an audit knows it; MAC addresses, serial
    numbers and UUIDs are replaced as well. The names of the files stay. Read the result before you share it.

    FortiGate configurations are redacted in full; in Windows (netsh) and Cisco exports, names cannot be replaced.
    """
    from parsers import redactable
    from parsers.archives import load
    from parsers.redaction import Pseudonyms

    targets = _targets(files, output)
    pseudonyms = Pseudonyms(names=names, addresses=addresses)
    if names:
        pseudonyms.uses |= _words_of_roles()
        pseudonyms.kept |= {path.stem for path in files}  # what an export without a host name is called
    sites = {path: document for path in files if _SITE.search((document := load(path)).data)}
    writers = {}
    for path in files:
        if path not in sites:
            document, parser = redactable(path)
            assert parser.redact is not None
            writers[path] = parser.redact(document, pseudonyms)
    for path in (*writers, *sites):
        data = writers[path]() if path in writers else _site(sites[path], pseudonyms)
        if targets:
            save(targets[path], data)
            show(f"Wrote {targets[path]}.", err=True)
        else:
            show_bytes(data)
    show(_summary(pseudonyms), err=True)
    return 0


def _targets(files: tuple[Path, ...], output: Path | None) -> dict[Path, Path]:
    """Where each file goes; {} when the only one is printed."""
    if output is None:
        if len(files) > 1:
            raise click.UsageError("several files need a folder to write to: -o FOLDER.")
        return {}
    if len(files) > 1 and not output.exists():
        check_folder(output)
        output.mkdir()
    if output.is_dir():
        targets = {path: output / path.name for path in files}
    elif len(files) > 1:
        raise click.UsageError(f"several files need a folder to write to, and {output} is a file.")
    else:
        check_folder(output)
        targets = {files[0]: output}
    if len(set(targets.values())) < len(set(files)):
        raise click.UsageError("two of the files have the same name: redact them into folders of their own.")
    for path, target in targets.items():
        if target.exists() and path.exists() and target.samefile(path):
            raise click.UsageError(f"{target} is the export itself: it is never overwritten.")
    return targets


def _site(document: Document, pseudonyms: Pseudonyms) -> bytes:
    """A site file in the words of the redacted exports."""
    from yaml import MarkedYAMLError, YAMLError

    from auditor.commands.redactedsite import redacted_site
    from parsers.errors import UnreadableError

    try:
        return redacted_site(document.text, pseudonyms).encode()
    except YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, MarkedYAMLError) and error.problem_mark else 0
        raise UnreadableError(document.name, "this site file is no YAML: correct it first", line) from error


def _words_of_roles() -> frozenset[str]:
    """The words by which an audit knows what a server is for, from every baseline that is shipped."""
    from auditor.baseline import available_rulesets, load_ruleset

    known = (role for each in available_rulesets() for role in load_ruleset(each).roles.values())
    return frozenset(word for role in known for name in role.recognise.names for word in re.split(r"[\s_.-]+", name))


def _summary(pseudonyms: Pseudonyms) -> str:
    parts = [f"{len(pseudonyms.secret_of)} secrets"]
    if pseudonyms.names:
        parts.append(f"{len(pseudonyms.name_of)} names")
    if pseudonyms.addresses:
        parts.append(f"{len(pseudonyms.address_of)} public addresses")
    return f"Replaced {', '.join(parts)}. Read the result before you share it."
