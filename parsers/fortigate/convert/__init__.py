"""FortiOS objects into the common rule model: the only room that knows both vocabularies."""

from parsers.fortigate.convert.firewall import convert

__all__ = ["convert"]
