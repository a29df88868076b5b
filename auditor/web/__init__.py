"""The upload page and its API: drop a backup in a browser, read the review, take the workbook home.

Exports are secrets. They are parsed in worker processes that may not write files; the server keeps what an audit needs
in memory, under a random 128-bit id, until it is forgotten. Needs the extra `fwproof[web]`.
"""
