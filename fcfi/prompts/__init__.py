"""Prompts (clicks, boxes, scribbles), rounds of prompts, and the click log."""
