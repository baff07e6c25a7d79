"""Everything that needs no window: no Qt anywhere below.

The modules beside this file are the ground floor, which every package uses: emotions, values, errors, paths.
"""
