"""Between the training and the window: worker, session and view models (QtCore only)."""
