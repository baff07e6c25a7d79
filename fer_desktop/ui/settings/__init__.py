"""The stored settings of the window, and their dialog."""

from fer_desktop.ui.settings.model_choice import show_models
from fer_desktop.ui.settings.preferences import DETECTOR_CHOICES, DEVICE_CHOICES, Preferences
from fer_desktop.ui.settings.store import Settings

__all__ = ["DETECTOR_CHOICES", "DEVICE_CHOICES", "Preferences", "Settings", "show_models"]
