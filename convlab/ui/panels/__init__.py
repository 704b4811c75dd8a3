"""The dockable panels, one file each; a new file with a registered class is a new panel."""

from convlab.registry import Registry
from convlab.ui.panel import Panel

PANELS: Registry[Panel] = Registry("panel", __name__)
