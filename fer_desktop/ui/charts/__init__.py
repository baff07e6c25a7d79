"""Charts and grids that the pages of the training share."""
