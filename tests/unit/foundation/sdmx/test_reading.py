"""SDMX messages as others write them, and as attackers do."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from shidra.foundation.sdmx.messages import Role, SdmxRefused
from shidra.foundation.sdmx.reading import is_structure, read_message, read_structures
from shidra.foundation.spreadsheets.workbook import Limits

HERE = Path(__file__).parents[3] / "data" / "sdmx"
MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("generic.xml", "generic"), ("generic-flat.xml", "generic"), ("structure-specific.xml", "structure-specific")],
)
def test_what_another_program_wrote_is_read_as_it_was(name: str, kind: str) -> None:
    with (HERE / "observations.csv").open(encoding="utf-8", newline="") as file:
        expected = [{key: text for key, text in row.items() if text} for row in csv.DictReader(file)]
    message = read_message(HERE / name)
    read = [{key: text for key, text in one.values.items() if text} for one in message.observations]
    order = sorted(expected[0])
    assert sorted(read, key=lambda row: [row.get(key, "") for key in order]) == sorted(
        expected, key=lambda row: [row.get(key, "") for key in order]
    )
    assert (message.kind, message.structures) == (kind, ["BIS:BIS_DER(1.0)"])
    if kind == "generic":
        assert (message.roles["DER_RISK"], message.roles["OBS_CONF"]) == (Role.DIMENSION, Role.ATTRIBUTE)


def test_a_structure_with_names_codes_and_roles() -> None:
    assert is_structure(HERE / "structure.xml")
    assert not is_structure(HERE / "generic.xml")
    (found,) = read_structures(HERE / "structure.xml")
    assert (found.id, found.names["en"]) == ("VAL:DSD(1.0)", "The valley in figures")
    assert [(one.id, one.role) for one in found.components] == [
        ("FREQ", Role.DIMENSION), ("SERIES", Role.DIMENSION), ("REF_AREA", Role.DIMENSION), ("SEX", Role.DIMENSION),
        ("TIME_PERIOD", Role.TIME), ("SCHOOLS", Role.ATTRIBUTE), ("OBS_VALUE", Role.MEASURE),
    ]  # fmt: skip
    sex = found.components[3]
    assert sex.names == {"en": "Sex", "he": "מין"}
    assert [(code.id, code.names.get("ar", "")) for code in sex.codes] == [("_T", ""), ("F", "بنات"), ("M", "")]


def _csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "message.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_ways_of_writing_csv(tmp_path: Path) -> None:
    ways = {
        "ids": "STRUCTURE,STRUCTURE_ID,ACTION,SEX,TIME_PERIOD,OBS_VALUE\ndataflow,V:F(1.0),I,F,2020,1.50\n",
        "version 1": "DATAFLOW,SEX,TIME_PERIOD,OBS_VALUE\nV:F(1.0),F,2020,1.50\n",
        "both": "STRUCTURE,STRUCTURE_ID,SEX: Sex,TIME_PERIOD: Time,OBS_VALUE: Value\n"
        'dataflow,V:F(1.0): Flow,"F: Girls: all",2020,1.50\n',
        "names": "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,SEX,Sex,TIME_PERIOD,Time,OBS_VALUE,Value\n"
        "dataflow,V:F(1.0),Flow,I,F,Girls: all,2020,,1.50,\n",
        "semicolons": "STRUCTURE;STRUCTURE_ID;SEX;TIME_PERIOD;OBS_VALUE\ndataflow;V:F(1.0);F;2020;1.50\n",
    }
    for name, text in ways.items():
        message = read_message(_csv(tmp_path, text))
        (one,) = message.observations
        assert one.values == {"SEX": "F", "TIME_PERIOD": "2020", "OBS_VALUE": "1.50"}, name
        assert message.structures == ["V:F(1.0)"], name
        if name in ("both", "names"):
            assert (one.labels["SEX"], message.names["SEX"]) == ("Girls: all", "Sex"), name


def test_rows_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    text = (
        "STRUCTURE,STRUCTURE_ID,ACTION,SEX,TIME_PERIOD,OBS_VALUE\ndataflow,V:F(1.0),D,F,2020,1\n"
        "dataflow,V:F(1.0),X,F,2020,1\nspreadsheet,V:F(1.0),I,F,2020,1\ndataflow,V:F(1.0),I,F,2020\n\n"
        "dataflow,V:F(1.0),I,F,2020,1\n"
    )
    found = [(one.number, bool(one.problem)) for one in read_message(_csv(tmp_path, text)).observations]
    assert found == [(2, True), (3, True), (4, True), (5, True), (7, False)]


HOSTILE = {
    "entities": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    f'<m:GenericData xmlns:m="{MESSAGE}">&b;</m:GenericData>',
    "another file": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    f'<m:GenericData xmlns:m="{MESSAGE}">&a;</m:GenericData>',
    "deep": f'<m:GenericData xmlns:m="{MESSAGE}">' + "<a>" * 5000,
    "cut off": f'<m:GenericData xmlns:m="{MESSAGE}"><m:DataSet><Series>',
    "another root": "<html><body/></html>",
    "another version": '<m:GenericData xmlns:m="http://www.SDMX.org/resources/SDMXML/schemas/v2_0/message"/>',
    "no CSV of SDMX": "a,b\n1,2\n",
    "nothing": "",
    "the same column twice": "STRUCTURE,STRUCTURE_ID,SEX,SEX,TIME_PERIOD,OBS_VALUE\n",
    "a formula for a column": 'STRUCTURE,STRUCTURE_ID,"=1+1",TIME_PERIOD,OBS_VALUE\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_message_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "message"
    path.write_text(HOSTILE[name], encoding="utf-8")
    with pytest.raises(SdmxRefused):
        list(read_message(path).observations)


def test_time_memory_and_size_have_limits(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("w", encoding="utf-8") as file:
        file.write(f'<m:StructureSpecificData xmlns:m="{MESSAGE}"><m:DataSet><Series A="1">')
        for number in range(400_000):
            file.write(f'<Obs TIME_PERIOD="2020" N="{number}" OBS_VALUE="1"/>')
        file.write("</Series></m:DataSet></m:StructureSpecificData>")
    with pytest.raises(SdmxRefused) as too_large:
        read_message(path, Limits(max_bytes=1024))
    assert too_large.value.code == "sdmx_too_large"
    began = time.monotonic()
    with pytest.raises(SdmxRefused) as too_slow:
        read_message(path, Limits(seconds=1))
    assert too_slow.value.code == "sdmx_too_slow"
    assert time.monotonic() - began < 30
    heavy = tmp_path / "heavy.xml"
    heavy.write_text(f'<m:GenericData xmlns:m="{MESSAGE}">' + "x" * 60_000_000 + "</m:GenericData>", encoding="utf-8")
    with pytest.raises(SdmxRefused) as too_heavy:
        read_message(heavy, Limits(max_bytes=10**9, memory_bytes=60 * 1024 * 1024))
    assert too_heavy.value.code == "sdmx_too_heavy"
