"""Calibration to one person's neutral face."""

from fer_desktop.ui.personal.chip import PersonalChip
from fer_desktop.ui.personal.personal_actions import PersonalActions
from fer_desktop.ui.personal.personal_control import PersonalControl

__all__ = ["PersonalActions", "PersonalChip", "PersonalControl"]
