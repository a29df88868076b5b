"""One report format a file; REPORTS is the one list."""
