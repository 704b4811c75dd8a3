"""Widgets that know nothing of training."""
