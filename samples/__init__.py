"""Invented exports with documentation addresses; a package, so that an installed upload page has them too."""
