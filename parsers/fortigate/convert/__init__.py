"""FortiOS objects into the common rule model: the only room that knows both vocabularies."""

from parsers.fortigate.convert.firewall import convert_all

__all__ = ["convert_all"]
