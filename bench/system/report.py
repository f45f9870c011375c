"""Tables of at most 120 columns, readable as text and as Markdown."""

from figures import COLUMNS, HAPROXY, REFERENCES, SQUID, Column, Sample, median, ratio, values


def ordered(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


def table(rows: list[list[str]]) -> str:
    """The first row is the header; figures stand to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]

    def line(row: list[str]) -> str:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        return "| " + " | ".join(cells) + " |"
    rule = "|" + "|".join("-" * (width + 2 if i == 0 else width + 1) + ("" if i == 0 else ":")
                          for i, width in enumerate(widths)) + "|"
    return "\n".join([line(rows[0]), rule, *(line(row) for row in rows[1:])])


def shown(column: Column, value: float) -> str:
    """Of small ones a digit more."""
    return f"{value:.{column.digits + (column.digits == 1 and 0 < value < 10)}f}"


def medians(samples: list[Sample], cell: str, group: str) -> str:
    rows = [["peer", *(column.title for column in COLUMNS[group]), "failures", "rounds"]]
    for peer in ordered([s.peer for s in samples if s.cell == cell]):
        row = [peer]
        for column in COLUMNS[group]:
            row.append(shown(column, median(list(values(samples, cell, peer, column.figure).values()))))
        failures = values(samples, cell, peer, "failures")
        rows.append([*row, f"{sum(failures.values()):.0f}", str(len(failures))])
    return table(rows)


def better(column: Column) -> str:
    return "more is better" if column.more_is_better else "less is better"


def ratios(samples: list[Sample], cell: str, group: str, column: Column) -> str | None:
    present = ordered([s.peer for s in samples if s.cell == cell])
    references = [reference for reference in REFERENCES[group] if reference in present]
    if not references:
        return None
    rows = [[f"{column.title} ÷ that of ({better(column)})", *references]]
    for peer in present:
        if median(list(values(samples, cell, peer, column.figure).values())) == 0:
            continue  # no proxy, no processor time of one
        found = [ratio(samples, cell, peer, reference, column.figure) for reference in references]
        rows.append([peer, *("–" if one is None else str(one) for one in found)])
    return table(rows)


def summary(samples: list[Sample], cells: list[tuple[str, str]], peer: str = "shirgate") -> str:
    """One peer beside the references, over all cells: (name, columns) each."""
    rows = [[f"{peer} ÷", HAPROXY, "bare relay", SQUID]]
    for cell, group in cells:
        references = REFERENCES[group]
        for column in COLUMNS[group]:
            found = [ratio(samples, cell, peer, reference, column.figure) for reference in references]
            if column.compared and any(found):
                label = f"{cell}: {column.title} ({'more' if column.more_is_better else 'less'})"
                rows.append([label, *("–" if one is None else str(one) for one in found)])
    return table(rows)


def noise(samples: list[Sample], cell: str) -> str:
    def figure(name: str) -> list[float]:
        return [s.figures[name] for s in samples if s.cell == cell and name in s.figures]
    elsewhere, steal = figure("elsewhere_cores"), figure("steal_cores")
    if not elsewhere:
        return ""
    return (f"Other work took {median(elsewhere):.2f} cores at the median of {len(elsewhere)} measurements "
            f"({max(elsewhere):.2f} at most), of which stolen {median(steal):.2f}.")


def section(samples: list[Sample], cell: str, group: str) -> str:
    parts = [f"## {cell[0].upper()}{cell[1:]}", medians(samples, cell, group)]
    for column in COLUMNS[group]:
        if column.compared:
            parts.append(ratios(samples, cell, group, column) or "")
    parts.append(noise(samples, cell))
    return "\n\n".join(part for part in parts if part) + "\n"
