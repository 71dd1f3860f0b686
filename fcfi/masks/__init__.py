"""Masks: truth values, run lengths, components, polygons, COCO's forms and metrics."""
