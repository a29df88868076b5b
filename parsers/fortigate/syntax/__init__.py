"""FortiOS configuration text into blocks, settings and entries; nothing is interpreted here."""
