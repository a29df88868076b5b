"""What netsh prints, in any language: a text (`texts`) into blocks, their language (`dialect`), rules and profiles."""
