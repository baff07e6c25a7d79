"""The workspace of a recording that was analysed: player, timeline, people, markers, exports, queue."""
