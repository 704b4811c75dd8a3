"""Between the training and the window: the worker, the session and the view models (QtCore only)."""
