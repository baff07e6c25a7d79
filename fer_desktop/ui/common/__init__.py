"""Widgets and helpers that every part of the window uses."""

from fer_desktop.ui.common import fields, file_types, icons, theme
from fer_desktop.ui.common.action_buttons import ActionButtons, make_action
from fer_desktop.ui.common.banner import Banner
from fer_desktop.ui.common.emotion_bars import EmotionBars
from fer_desktop.ui.common.file_types import OPEN_FILTER
from fer_desktop.ui.common.flow_layout import FlowLayout
from fer_desktop.ui.common.formats import UNCERTAIN_TITLE, clock, fine_clock, percentage
from fer_desktop.ui.common.gui_queue import GuiQueue
from fer_desktop.ui.common.icon_label import IconLabel
from fer_desktop.ui.common.jobs import Job, JobRunner
from fer_desktop.ui.common.keys import keeps_space
from fer_desktop.ui.common.message_page import Message, MessagePage
from fer_desktop.ui.common.reading import ReadingArea, ReadingDialog, heading, paragraph, present
from fer_desktop.ui.common.row_model import Index, Role, RowModel, make_table
from fer_desktop.ui.common.threads import join_threads
from fer_desktop.ui.common.video_view import VideoView

__all__ = [
    "OPEN_FILTER",
    "UNCERTAIN_TITLE",
    "ActionButtons",
    "Banner",
    "EmotionBars",
    "FlowLayout",
    "GuiQueue",
    "IconLabel",
    "Index",
    "Job",
    "JobRunner",
    "Message",
    "MessagePage",
    "ReadingArea",
    "ReadingDialog",
    "Role",
    "RowModel",
    "VideoView",
    "clock",
    "fields",
    "file_types",
    "fine_clock",
    "heading",
    "icons",
    "join_threads",
    "keeps_space",
    "make_action",
    "make_table",
    "paragraph",
    "percentage",
    "present",
    "theme",
]
