"""Masks: truth values, run lengths, pieces, polygons, COCO's form, metrics and overlays."""
