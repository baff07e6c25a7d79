"""The part of the program that needs no window. Nothing here imports Qt.

The modules beside this file are the base that every package uses: emotions, values, errors, paths.
"""
