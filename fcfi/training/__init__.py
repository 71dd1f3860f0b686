"""Training: recipes, losses, simulated clicks and the loop."""
