"""One self-contained HTML file: works offline and on paper, searchable, light and dark."""

from auditor.reports.html.page import html_text

__all__ = ["html_text"]
