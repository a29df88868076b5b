"""The two charts of the sheet Summary, drawn from its own cells so that they can be copied and changed."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint

from auditor.reports.workbook.ink import COLOURS, Sheet

_HEIGHT = 7.4
"""Centimetres."""


def severities_chart(sheet: Sheet, header: int, rows: int, severities: tuple[str, ...]) -> Any:
    """Findings by firewall as stacked bars.

    Args:
        sheet: the sheet with the table: names in column 1, counts from column 2 on.
        header: the row of its titles.
        rows: how many rows it has.
        severities: the words of its columns, which choose the colours.
    """
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 40
    chart.title = "Findings by firewall"
    chart.add_data(
        Reference(sheet, min_col=2, max_col=1 + len(severities), min_row=header, max_row=header + rows),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=header + 1, max_row=header + rows))
    for series, word in zip(chart.series, severities, strict=True):
        _paint(series, COLOURS[word][0])
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.legend.position = "b"
    return _finished(chart, width=12.4)


def ports_chart(sheet: Sheet, numbers: int, states: tuple[str, ...]) -> Any:
    """Required ports by state as columns; `numbers` is the row of the counts, the one below holds the words."""
    chart: Any = BarChart()
    chart.type, chart.gapWidth = "col", 60
    chart.title = "Required ports"
    chart.add_data(Reference(sheet, min_col=1, max_col=len(states), min_row=numbers), from_rows=True)
    chart.set_categories(Reference(sheet, min_col=1, max_col=len(states), min_row=numbers + 1))
    for number, state in enumerate(states):
        point = DataPoint(idx=number)
        _paint(point, COLOURS[state][0])
        chart.series[0].dPt.append(point)
    chart.dataLabels = DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
    )
    chart.legend = None
    return _finished(chart, width=11.4)


def _finished(chart: Any, width: float) -> Any:
    chart.height, chart.width = _HEIGHT, width
    for axis in (chart.x_axis, chart.y_axis):
        # Without this some programs take the axes for deleted ones.
        axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.y_axis.number_format = "0"
    chart.y_axis.majorUnit = None
    return chart


def _paint(part: Any, colour: str) -> None:
    part.graphicalProperties.solidFill = colour
    part.graphicalProperties.line.solidFill = colour
