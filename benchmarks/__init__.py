"""Measurements and what is made from them; not part of the installed package."""
