"""Markers and episodes for ELAN (EAF 3.0, https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf)."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

from fer_desktop.core.exports.tiers import Span, Tier, marker_tiers, person_tiers
from fer_desktop.core.files import write_whole
from fer_desktop.core.plain_text import without_controls
from fer_desktop.core.results import StoredAnalysis

SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TYPE = "spans"


def write_elan(stored: StoredAnalysis, path: Path) -> None:
    """Writes an .eaf file: markers in one tier, or in more where they overlap, and one tier of episodes per
    person.

    A marker for a moment becomes a span of a millisecond, since ELAN has no points. Raises OutputError.
    """
    root = _document(stored)
    slots = ET.SubElement(root, "TIME_ORDER")
    tiers = marker_tiers(stored, with_moments=True) or [Tier("Markers", ())]
    numbers = count(1)
    for tier in _unique([*tiers, *person_tiers(stored)]):
        element = ET.SubElement(root, "TIER", TIER_ID=tier.name, LINGUISTIC_TYPE_REF=TYPE)
        for span in tier.spans:
            _annotate(element, slots, span, next(numbers))
    slots[:] = sorted(slots, key=lambda slot: int(slot.attrib["TIME_VALUE"]))
    ET.SubElement(
        root, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID=TYPE, TIME_ALIGNABLE="true", GRAPHIC_REFERENCES="false"
    )
    ET.indent(root)
    write_whole(path, ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _document(stored: StoredAnalysis) -> ET.Element:
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "FER Desktop",
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            f"{{{XSI}}}noNamespaceSchemaLocation": SCHEMA,
        },
    )
    header = ET.SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    source = stored.facts["source"]
    path = stored.source_path() or (None if source["path"] is None else Path(source["path"]))
    if source["kind"] == "video" and path is not None:
        kind = mimetypes.guess_type(path.name)[0] or "video/*"
        ET.SubElement(header, "MEDIA_DESCRIPTOR", MEDIA_URL=path.absolute().as_uri(), MIME_TYPE=kind)
    return root


def _annotate(tier: ET.Element, slots: ET.Element, span: Span, number: int) -> None:
    references = {}
    for end, time_ms in (("1", span.start_ms), ("2", span.end_ms)):
        references[f"TIME_SLOT_REF{end}"] = name = f"ts{2 * number - 2 + int(end)}"
        ET.SubElement(slots, "TIME_SLOT", TIME_SLOT_ID=name, TIME_VALUE=str(time_ms))
    references["ANNOTATION_ID"] = f"a{number}"
    annotation = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), "ALIGNABLE_ANNOTATION", references)
    ET.SubElement(annotation, "ANNOTATION_VALUE").text = without_controls(span.text)


def _unique(tiers: list[Tier]) -> list[Tier]:
    """Returns the tiers with different names. A person may be called "Markers"."""
    names: set[str] = set()
    unique = []
    for tier in tiers:
        name = next(
            name
            for number in count(1)
            if (name := tier.name if number == 1 else f"{tier.name} #{number}") not in names
        )
        names.add(name)
        unique.append(Tier(name, tier.spans))
    return unique
