"""fcfi in napari: masks of points (`masks`), layers (`annotator`) and the panel (`widget`)."""
