"""Look every locked library up among the known vulnerabilities, and say in a sentence what came of it.

Exit codes: 0 none is known; 1 some are; 2 nothing, or not everything, could be looked up. Takes the program ``pip-audit`` and
the file of requirements.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

KNOWN, UNKNOWN = 1, 2


def asked(program: str, requirements: str) -> dict[str, Any] | None:
    """What pip-audit answers, each library and its vulnerabilities; None when it reaches no source, or fails."""
    words = [program, "--requirement", requirements, "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    done = subprocess.run([*words, "--format", "json"], capture_output=True, text=True)
    try:
        return json.loads(done.stdout)
    except ValueError:
        print(done.stderr.strip()[-2000:], file=sys.stderr)
        return None


def judged(answer: dict[str, Any] | None) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    libraries = answer["dependencies"] if answer else []
    known = [
        f"{library['name']} {library['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for library in libraries
        for hole in library.get("vulns", [])
    ]
    skipped = [library["name"] for library in libraries if "skip_reason" in library]
    looked_up = len(libraries) - len(skipped)
    told = [*known, f"{looked_up} of {len(libraries)} libraries were looked up, {len(known)} vulnerabilities are known"]
    if not looked_up:
        told = [
            "nothing was audited: no source of known vulnerabilities could be reached; try again where there is one"
        ]
    elif skipped:
        told.append(f"not looked up: {', '.join(skipped)}")
    return KNOWN if known else UNKNOWN if skipped or not libraries else 0, told


if __name__ == "__main__":
    code, sentences = judged(asked(*sys.argv[1:]))
    print("\n".join(sentences))
    sys.exit(code)
