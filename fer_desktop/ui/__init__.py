"""The window (PySide6): widgets and sessions that call ``fer_desktop.core`` and nothing above it."""
