"""Commands that are killed in mid-work and given again: `python -m tests.kills`, or `make kills`.

victim.py    runs a command and kills itself at a chosen change of the disk or of a database
scenes.py    what is run, and what must be the same as if nothing had happened
__main__.py  many kills at random moments
"""
