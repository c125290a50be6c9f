"""Charts as plain numbers for SVG: drawn by the server, coloured by the house's CSS, no script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 14, 26
_STEPS = (1, 2, 5)
_LABELS = 12
"""More labels than this below a chart run into each other."""


@dataclass(frozen=True)
class Tick:
    """A line across the chart, and what it says."""

    y: float
    text: str


@dataclass(frozen=True)
class Mark:
    """One value: the bar's box, or the point in the middle of its top."""

    x: float
    y: float
    width: float
    height: float
    text: str

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Label:
    """A word below the chart."""

    x: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A chart to draw: one row of marks per series, each in a colour of its own."""

    ticks: list[Tick]
    labels: list[Label]
    rows: list[list[Mark]]
    lines: list[list[str]]
    """Per series the pieces of its line, as SVG points; a month without a value is a gap."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    floor: int = HEIGHT - _BOTTOM


def bars(labels: Sequence[str], values: Sequence[float]) -> Chart:
    """Return bars of one series."""
    top = _top(max(values, default=0))
    return _chart(labels, [list(values)], top, [_number(top * part / 2) for part in range(3)])


def rates(labels: Sequence[str], series: Sequence[Sequence[float | None]]) -> Chart:
    """Return lines of shares between 0 and 1; None leaves a gap."""
    return _chart(labels, [list(each) for each in series], 1, ["0%", "50%", "100%"])


def _top(most: float) -> float:
    """Return the round number a chart ends at."""
    size = 1.0
    while True:
        for step in _STEPS:
            if step * size >= max(most, 2):
                return step * size
        size *= 10


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _chart(
    labels: Sequence[str], rows: list[list[float | None]], top: float, texts: list[str]
) -> Chart:
    room = WIDTH - _LEFT - _RIGHT
    step = room / max(1, len(labels))
    tall = HEIGHT - _TOP - _BOTTOM
    floor = HEIGHT - _BOTTOM

    def mark(index: int, value: float) -> Mark:
        height = tall * value / top
        width = min(34.0, step * 0.62)
        x = _LEFT + step * index + (step - width) / 2
        text = f"{value:.1%}" if top == 1 else _number(value)
        return Mark(round(x, 1), round(floor - height, 1), round(width, 1), round(height, 1), text)

    marks = [
        [mark(index, value) for index, value in enumerate(row) if value is not None] for row in rows
    ]
    every = -(-len(labels) // _LABELS)
    ticks = [Tick(floor - tall * part / (len(texts) - 1), text) for part, text in enumerate(texts)]
    below = [
        Label(round(_LEFT + step * (index + 0.5), 1), text)
        for index, text in enumerate(labels)
        if index % every == 0
    ]
    return Chart(ticks, below, marks, [_pieces(row, mark) for row in rows])


def _pieces(row: list[float | None], mark: Callable[[int, float], Mark]) -> list[str]:
    pieces: list[list[str]] = [[]]
    for index, value in enumerate(row):
        if value is None:
            pieces.append([])
            continue
        point = mark(index, value)
        pieces[-1].append(f"{point.middle:.1f},{point.y}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]
