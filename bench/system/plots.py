"""Bar plots as SVG that needs nothing else: one panel a cell, one bar a peer, its ratio to a reference beside it."""

from dataclasses import dataclass
from html import escape

from figures import Column, Sample, median, ratio, values
from report import shown

WIDTH, LABELS, BAR, GAP, RATIOS = 860, 150, 18, 6, 230
OURS, REFERENCE, OTHERS = "#1f6feb", "#57606a", "#afb8c1"


@dataclass(frozen=True)
class Panel:
    cell: str
    column: Column
    reference: str


@dataclass(frozen=True)
class Bar:
    peer: str
    value: float
    note: str


def bars(samples: list[Sample], panel: Panel) -> list[Bar]:
    found = []
    for peer in dict.fromkeys(s.peer for s in samples if s.cell == panel.cell):
        numbers = list(values(samples, panel.cell, peer, panel.column.figure).values())
        if not numbers or median(numbers) == 0:
            continue
        compared = ratio(samples, panel.cell, peer, panel.reference, panel.column.figure)
        note = shown(panel.column, median(numbers))
        found.append(Bar(peer, median(numbers), note if compared is None else f"{note}  (× {compared})"))
    return found


def colour(peer: str, reference: str) -> str:
    return OURS if peer.startswith("shirgate") else REFERENCE if peer == reference else OTHERS


def text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{escape(words)}</text>'


def draw(panel: Panel, drawn: list[Bar], top: int) -> tuple[list[str], int]:
    """The elements, and where the next panel begins."""
    better = "more is better" if panel.column.more_is_better else "less is better"
    head = f"{panel.cell}: {panel.column.title} ({better}; × {panel.reference})"
    elements = [text(0, top + 14, head, ' font-weight="bold"')]
    longest = max(bar.value for bar in drawn)
    y = top + 24
    for bar in drawn:
        length = max((WIDTH - LABELS - RATIOS) * bar.value / longest, 1)
        elements += [text(LABELS - 8, y + 13, bar.peer, ' text-anchor="end"'),
                     f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2" '
                     f'fill="{colour(bar.peer, panel.reference)}"/>',
                     text(LABELS + length + 6, y + 13, bar.note)]
        y += BAR + GAP
    return elements, y + 22


def svg(samples: list[Sample], panels: list[Panel], caption: str) -> str:
    elements, y = [text(0, 14, caption, ' fill="#57606a"')], 34
    for panel in panels:
        drawn = bars(samples, panel)
        if drawn:
            more, y = draw(panel, drawn, y)
            elements += more
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -8 {WIDTH + 24} {y + 8}" width="{WIDTH + 24}" '
            'font-family="system-ui, sans-serif" font-size="12" fill="#1f2328">')
    return "\n".join([head, f'<rect x="-12" y="-8" width="{WIDTH + 24}" height="{y + 8}" fill="#ffffff"/>',
                      *elements, "</svg>\n"])
