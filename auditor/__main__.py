"""`python -m auditor` is the command fwproof, for machines where scripts are not on the path."""

from __future__ import annotations

from auditor.cli import main

if __name__ == "__main__":
    main()
