"""The window: widgets that draw, and own no state that matters."""
