"""The rule model that every parser produces and every audit reads: frozen values, no input or output."""
