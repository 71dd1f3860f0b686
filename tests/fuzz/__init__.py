"""Damaged input at every door, in processes with limits: `make fuzz`, or `python -m tests.fuzz`.

doors.py      what a door is, and its whole inputs
mutations.py  how an input is damaged; a seed and a number say exactly how
child.py      a process that tries inputs and reports how each ended
__main__.py   the budget, the children, and what counts as a fault
"""
