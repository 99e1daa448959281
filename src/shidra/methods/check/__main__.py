"""The command: a line a case, the failures with what came and what was expected, and how many passed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from shidra.methods.check import METHODS, check


def main(folder: Path) -> int:
    """Run all cases of a folder; the number of those that do not come out, an unknown method or a broken case included.

    A folder without cases counts as one: nothing was shown.
    """
    passed = failed = 0
    paths = sorted(folder.glob("*.json"))
    if not paths:
        print(f"FAIL no case in {folder}")
    for path in paths:
        name = path.name
        try:
            case = json.loads(path.read_text(encoding="utf-8"))
            name = f"{case['id']} {case['method']}"
            known = case["method"] in METHODS
            problems = check(case, folder) if known else [f"no method {case['method']} is known"]
        except Exception as error:  # noqa: BLE001 - a case that cannot be run is a failed case; the others go on
            problems = [f"cannot be run: {type(error).__name__}: {error}"]
        failed += bool(problems)
        passed += not problems
        print(f"{'FAIL' if problems else 'ok  '} {name}" + "".join(f"\n       {problem}" for problem in problems))
    print(f"{passed} passed, {failed} failed")
    return failed if paths else 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python -m shidra.methods.check FOLDER")
    sys.exit(min(main(Path(sys.argv[1])), 1))
