"""The process that reads one SDMX-ML message: limits itself, reads standard input, writes lines of JSON, ends.

Started by `reading` as `python -I -m shidra.foundation.sdmx.reading_process LIMITS`. XML is read as a stream without
document types, entities or references to other files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from shidra.foundation.spreadsheets.reading_process import limit_this_process
from shidra.foundation.spreadsheets.workbook import Limits

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MESSAGES = {"GenericData": "generic", "StructureSpecificData": "structure-specific", "Structure": "structure"}
OTHERS = {"GenericTimeSeriesData": "generic", "StructureSpecificTimeSeriesData": "structure-specific"}
MESSAGE_21 = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
AT_ONCE = 500
MOST_DEPTH = 40


class NotSdmx(Exception):
    """What is in the file is no message that we read; the text says why."""


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def elements(source: IO[bytes]) -> Iterator[tuple[str, Element, list[Element]]]:
    """Starts and ends of elements with the open ones above them; closed elements are let go of by their parents."""
    above: list[Element] = []
    for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if len(above) >= MOST_DEPTH:
                raise NotSdmx("elements are nested too deeply")
            yield event, element, above
            above.append(element)
        else:
            above.pop()
            yield event, element, above


def read(source: IO[bytes], send: Any) -> None:
    stream = elements(source)
    first = next(stream, None)
    if first is None:
        raise NotSdmx("it is empty")
    root = first[1]
    kind = {**MESSAGES, **OTHERS}.get(local(root.tag))
    if kind is None:
        raise NotSdmx(f"its root element is {local(root.tag)[:60]}")
    if not root.tag.startswith(f"{{{MESSAGE_21}}}"):
        raise NotSdmx("it is not of SDMX-ML 2.1")
    send("message", kind)
    if kind == "structure":
        read_structures(stream, root, send)
    else:
        read_data(stream, send)
    send("end")


# --- data ---


def read_data(stream: Iterator[tuple[str, Element, list[Element]]], send: Any) -> None:
    """Header: structures and what is at the observation; then observations, a batch a line."""
    flat: dict[str, str] = {}  # structureID -> dimension at the observation
    rows: list[Any] = []
    series: dict[str, Any] = {}
    keys: set[str] = set()
    at_observation = "TIME_PERIOD"
    for event, element, above in stream:
        name = local(element.tag)
        if event == "start":
            if name == "DataSet":
                asked = _attribute(element, "structureRef")
                at_observation = flat.get(asked, next(iter(flat.values()), "TIME_PERIOD"))
            elif name == "Series":
                series = _plain(element)
            continue
        if name == "Structure" and len(above) == 2:  # in the header
            reference = next((one for one in element.iter() if local(one.tag) == "Ref"), None)
            urn = next((one for one in element.iter() if local(one.tag) == "URN"), None)
            flat[_attribute(element, "structureID")] = _attribute(element, "dimensionAtObservation") or "TIME_PERIOD"
            if reference is not None:
                told = _reference(reference)
            else:
                told = ((urn.text if urn is not None else "") or "").rpartition("=")[2]
            send("structure_used", told)
        elif name in ("SeriesKey", "ObsKey"):
            found = _values(element)
            keys |= set(found)
            target = above[-1]
            if name == "SeriesKey":
                series |= found
            else:
                target.set("_key", json.dumps(found))
        elif name == "Attributes" and above and local(above[-1].tag) == "Series":
            series = {**_values(element), **series}
        elif name == "Obs":
            rows.append(_observation(element, series, at_observation, keys))
            if len(rows) >= AT_ONCE:
                send("rows", rows)
                rows = []
            above[-1].remove(element)
        elif name in ("Series", "Group"):
            series = {}
            above[-1].remove(element)
    if rows:
        send("rows", rows)
    if keys:
        send("keys", sorted(keys))


def _observation(element: Element, series: dict[str, Any], at_observation: str, keys: set[str]) -> dict[str, str]:
    """An observation with what its series says of it."""
    said: dict[str, str] = dict(series)
    said |= _plain(element)
    for child in element:
        name = local(child.tag)
        if name == "ObsDimension":
            key = child.get("id") or at_observation
            keys.add(key)
            said[key] = child.get("value", "")
        elif name == "ObsValue":
            said["OBS_VALUE"] = child.get("value", "")
        elif name == "Attributes":
            said |= _values(child)
    if "_key" in said:
        said |= json.loads(said.pop("_key"))
    return said


def _values(element: Element) -> dict[str, str]:
    return {one.get("id", ""): one.get("value", "") for one in element if local(one.tag) == "Value"}


def _plain(element: Element) -> dict[str, str]:
    """The attributes that are no namespace's: components of structure-specific data."""
    return {name: text for name, text in element.attrib.items() if not name.startswith("{")}


def _attribute(element: Element, name: str) -> str:
    """An attribute, of a namespace or not."""
    return next((text for key, text in element.attrib.items() if local(key) == name), "")


def _reference(element: Element) -> str:
    return f"{element.get('agencyID', '')}:{element.get('id', '')}({element.get('version', '1.0')})"


# --- structures ---


def read_structures(stream: Iterator[tuple[str, Element, list[Element]]], root: Element, send: Any) -> None:
    for _event, _element, _above in stream:  # a structure message is small; the limit of memory holds all the same
        pass
    lists: dict[str, list[Any]] = {}
    concepts: dict[str, dict[str, str]] = {}
    representations: dict[str, str] = {}
    for element in root.iter():
        name = local(element.tag)
        if name == "Codelist":
            lists[_own(element)] = [
                [one.get("id", ""), _names(one), _parent(one)] for one in element if local(one.tag) == "Code"
            ]
        elif name == "ConceptScheme":
            for one in element:
                if local(one.tag) == "Concept":
                    key = f"{_own(element)}.{one.get('id', '')}"
                    concepts[key] = _names(one)
                    representations[key] = _enumeration(one)
    for element in root.iter():
        if local(element.tag) == "DataStructure":
            components = list(_components(element, lists, concepts, representations))
            if components:
                send("structure", _own(element), _names(element), components)


def _components(
    structure: Element, lists: dict[str, list[Any]], concepts: dict[str, dict[str, str]], core: dict[str, str]
) -> Iterator[list[Any]]:
    roles = {
        "Dimension": "dimension", "MeasureDimension": "dimension", "TimeDimension": "time", "PrimaryMeasure": "measure",
        "Attribute": "attribute",
    }  # fmt: skip
    for within in structure.iter():
        if local(within.tag) not in ("DimensionList", "MeasureList", "AttributeList"):
            continue
        for one in within:
            role = roles.get(local(one.tag))
            if role is None:
                continue
            identity = next((child for child in one if local(child.tag) == "ConceptIdentity"), None)
            concept, own = "", one.get("id", "")
            reference = None if identity is None else next((c for c in identity if local(c.tag) == "Ref"), None)
            if reference is not None:
                scheme = (
                    f"{reference.get('agencyID', '')}:{reference.get('maintainableParentID', '')}"
                    f"({reference.get('maintainableParentVersion', '1.0')})"
                )
                concept = f"{scheme}.{reference.get('id', '')}"
                own = own or reference.get("id", "")
            used = _enumeration(one) or core.get(concept, "")
            yield [own, role, concepts.get(concept, {}), lists.get(used, [])]


def _enumeration(element: Element) -> str:
    """The code list of a component or a concept, as `AGENCY:ID(VERSION)`; "" where there is none."""
    for one in element:
        if local(one.tag) in ("LocalRepresentation", "CoreRepresentation"):
            for inner in one:
                if local(inner.tag) == "Enumeration":
                    reference = next((child for child in inner if local(child.tag) == "Ref"), None)
                    if reference is not None:
                        return _reference(reference)
                    urn = next((child for child in inner if local(child.tag) == "URN"), None)
                    return (((urn.text if urn is not None else inner.text) or "").strip()).rpartition("=")[2]
    return ""


def _own(element: Element) -> str:
    return f"{element.get('agencyID', '')}:{element.get('id', '')}({element.get('version', '1.0')})"


def _names(element: Element) -> dict[str, str]:
    return {
        one.get(LANGUAGE, "en"): (one.text or "").strip()[:500]
        for one in element
        if local(one.tag) == "Name" and one.text
    }


def _parent(element: Element) -> str:
    for one in element:
        if local(one.tag) == "Parent":
            reference = next((child for child in one if local(child.tag) == "Ref"), None)
            return reference.get("id", "") if reference is not None else ""
    return ""


def main() -> None:
    limit_this_process(Limits(**json.loads(sys.argv[1])))

    def send(*line: Any) -> None:
        sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    try:
        read(sys.stdin.buffer, send)
    except NotSdmx as problem:
        send("refused", "sdmx_unreadable", str(problem))
    except DefusedXmlException:
        send("refused", "sdmx_unreadable", "it declares a document type or entities")
    except (ParseError, ValueError) as problem:
        send("refused", "sdmx_unreadable", str(problem)[:200])
    except MemoryError:
        send("refused", "sdmx_too_heavy", "")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
