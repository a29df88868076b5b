"""Baselines out of what companies have: port matrices (Excel, CSV) and definitions of Capirca and Aerleon."""

from auditor.imports.definitions import import_definitions
from auditor.imports.entries import Endpoint, Entry, Imported, Place, Problem
from auditor.imports.matrix import import_matrix
from auditor.imports.writing import Written, written

__all__ = [
    "Endpoint",
    "Entry",
    "Imported",
    "Place",
    "Problem",
    "Written",
    "import_definitions",
    "import_matrix",
    "written",
]
