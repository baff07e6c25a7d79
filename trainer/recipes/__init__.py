"""Recipes: training runs that build on each other, listed in a TOML file each. Loads no torch."""

from trainer.recipes.manifest import Recipe, RecipeError, RecipeStage, load_recipe
from trainer.recipes.runner import StageRuns, run_stages

__all__ = ["Recipe", "RecipeError", "RecipeStage", "StageRuns", "load_recipe", "run_stages"]
