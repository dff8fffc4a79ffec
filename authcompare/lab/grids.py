"""Tables of figures, a row for each strategy, of which the pages make pictures as well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Figures = Sequence[float | None]


@dataclass(frozen=True)
class Line:
    """One figure at every size: a group of columns, and a line in the picture unless left out."""

    title: str
    unit: str = ""
    drawn: bool = True


@dataclass(frozen=True)
class Row:
    """A strategy: in whose colour it is drawn, and for each line the figures, None for no such."""

    name: str
    mode: str
    figures: Sequence[Figures]
    # Those of whom all of this is true as well.
    also: Sequence[str] = ()


@dataclass(frozen=True)
class Grid:
    """A table. `scales` are the picture's, across and up: "log", "linear" or one step a size."""

    title: str
    size: str
    sizes: Sequence[float]
    lines: Sequence[Line]
    rows: Sequence[Row]
    scales: tuple[str, str] = ("log", "log")

    def body(self) -> Iterator[tuple[Row, list[tuple[Line, Figures]]]]:
        """Yield each row with its lines beside their figures."""
        for row in self.rows:
            yield row, list(zip(self.lines, row.figures, strict=True))

    def is_drawn(self) -> bool:
        return any(line.drawn for line in self.lines)

    def is_share(self) -> bool:
        return all(line.unit == "share" for line in self.lines)
