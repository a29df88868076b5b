"""FortiGate configurations that can be shared: which words stay (`harmless`), what stands for the others, the text."""

from parsers.fortigate.redaction.rewriting import Redaction

__all__ = ["Redaction"]
