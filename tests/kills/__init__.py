"""Killing commands during their work and repeating them: `python -m tests.kills`, or `make kills`.

victim.py    runs a command and kills itself at a chosen change of the disk or a database
scenes.py    the commands, and the results that must equal those of an undisturbed run
__main__.py  many kills at random moments
"""
