"""From prompts to a mask: what a predictor is, what it answers, and FCFI's own."""
