"""Writes vectors and their scores as `vector score` lines: `pip install cvss==3.6; python make.py`.

`examples.txt` holds vectors that FIRST itself publishes with their scores (CVSS v3.1 Examples,
https://www.first.org/cvss/v3.1/examples; CVSS v4.0 Examples, https://www.first.org/cvss/v4.0/examples),
and is written by hand; this checks it.
"""

import itertools
import random

from cvss import CVSS3, CVSS4
from cvss.constants4 import METRICS_MANDATORY, METRICS_VALUE_NAMES
from cvss.exceptions import CVSSError

random.seed(4)


def score(vector):
    if vector.startswith("CVSS:4"):
        return CVSS4(vector).base_score
    return float(CVSS3(vector).base_score)


def write(name, lines):
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


for line in open("examples.txt", encoding="utf-8"):
    vector, expected = line.split()
    assert score(vector) == float(expected), (line, score(vector))

# Version 3: every base vector in one of its two versions, and where they differ in both.
values = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "NLH", "I": "NLH", "A": "NLH"}
lines = []
for index, combination in enumerate(itertools.product(*values.values())):
    tail = "/".join(f"{metric}:{value}" for metric, value in zip(values, combination))
    both = [f"CVSS:3.{minor}/{tail}" for minor in (0, 1)]
    scores = [score(vector) for vector in both]
    kept = (0, 1) if scores[0] != scores[1] else (index % 2,)
    lines += [f"{both[minor]} {scores[minor]}" for minor in kept]
for line in random.sample(lines, 40):
    vector, _ = line.split()
    vector += "/E:P/RL:O/RC:C" if random.random() < 0.5 else "/MAV:N/CR:H/MS:C/E:X"
    lines.append(f"{vector} {score(vector)}")
write("v3.txt", lines)

# Version 4: random ones, a third with threat metrics, a third with environmental ones too.
lines = []
for index in range(1500):
    fields = [f"{metric}:{random.choice(list(METRICS_VALUE_NAMES[metric]))}" for metric in METRICS_MANDATORY]
    optional = [metric for metric in METRICS_VALUE_NAMES if metric not in METRICS_MANDATORY]
    if index % 3 == 1:
        optional = ["E"]
    if index % 3 == 0:
        optional = []
    fields += [f"{metric}:{random.choice(list(METRICS_VALUE_NAMES[metric]))}" for metric in optional
               if random.random() < 0.7]
    vector = "CVSS:4.0/" + "/".join(fields)
    lines.append(f"{vector} {score(vector)}")
write("v4.txt", lines)

bad = """CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H
CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X
CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/
CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:H
CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E
CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
AV:N/AC:L/Au:N/C:P/I:P/A:P
AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H
CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:R/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H
CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:S
CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:F
9.8
CVSS:3.1""".split()
for vector in bad:
    try:
        score(vector)
        raise SystemExit(f"{vector} has a score")
    except CVSSError:
        pass
write("invalid.txt", bad)
