"""What a run leaves behind: a report in Markdown, every sample as JSON, and the bars."""

import datetime
import json
import os

import report
from cells import Cell
from figures import COLUMNS, HAPROXY, Sample
from plots import Panel, svg

HOW_TO_READ = """\
Each `÷ that of` is the ratio to that peer in the same round: median [quartiles] over the rounds; only these compare,
absolute figures follow what else the machine did. CPU is user and system time of all threads and processes of the
proxy, its log included; on loopback the sender also pays for what the receiver's kernel does. *machine CPU* is all the
machine did meanwhile, the ends and strangers included. shirgate does what it does by itself: policy, a look at each
ClientHello and at the server's answer, audit log. HAProxy and nginx forward blindly, without CONNECT; Squid and
tinyproxy take CONNECT and look no further; `bare` takes CONNECT and has no policy at all.
"""


SUMMARY = """\
shirgate's figures as parts of three others'. (more) and (less) say which is better. The bare relay splices where bytes
are many (bulk, mixed) and copies where they are few.
"""


def panels(cells: list[Cell]) -> list[Panel]:
    """The first two compared figures of each cell, beside HAProxy with splice."""
    return [Panel(cell.name, column, HAPROXY) for cell in cells
            for column in [c for c in COLUMNS[cell.columns] if c.compared][:2]]


def facts_table(facts: dict[str, str]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in facts.items())])


def markdown(samples: list[Sample], cells: list[Cell], facts: dict[str, str], command: str,
             name: str) -> str:
    parts = [f"# shirgate beside other proxies, {datetime.date.today().isoformat()}", facts_table(facts),
             f"```sh\n{command}\n```", HOW_TO_READ,
             f"Bars: [{name}.svg]({name}.svg). Every sample: [{name}.json]({name}.json).",
             "## In short", SUMMARY, report.summary(samples, [(cell.name, cell.columns) for cell in cells])]
    for cell in cells:
        if any(sample.cell == cell.name for sample in samples):
            parts.append(report.section(samples, cell.name, cell.columns))
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def to_json(samples: list[Sample], facts: dict[str, str], command: str) -> str:
    """One sample a line."""
    lines = ",\n".join(json.dumps(sample.to_json()) for sample in samples)
    return f'{{"facts": {json.dumps(facts)},\n"command": {json.dumps(command)},\n"samples": [\n{lines}\n]}}\n'


def write(folder: str, samples: list[Sample], cells: list[Cell], facts: dict[str, str], command: str) -> str:
    """The path of the report."""
    os.makedirs(folder, exist_ok=True)
    name = f"{datetime.date.today().isoformat()}-system"
    caption = f"{facts['processor']}, {facts['kernel']}, {facts['commit']}; medians of rounds"
    for ending, content in (("json", to_json(samples, facts, command)),
                            ("svg", svg(samples, panels(cells), caption)),
                            ("md", markdown(samples, cells, facts, command, name))):
        with open(os.path.join(folder, f"{name}.{ending}"), "w", encoding="utf-8") as file:
            file.write(content)
    return os.path.join(folder, f"{name}.md")
