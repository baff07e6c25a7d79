"""Recipes: training runs that build on each other, listed in a TOML file each. Loads no torch."""

from trainer.recipes.manifest import Recipe, RecipeError, Stage, load_recipe
from trainer.recipes.runner import StageRuns, run_stages

__all__ = ["Recipe", "RecipeError", "Stage", "StageRuns", "load_recipe", "run_stages"]
