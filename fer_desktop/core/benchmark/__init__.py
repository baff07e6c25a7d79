"""Measures how fast the program is on this computer."""
