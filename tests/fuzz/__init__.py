"""Fuzzing every entry point with damaged input, in limited processes: `make fuzz`.

doors.py      the entry points ("doors") and their undamaged inputs
mutations.py  damaging an input, determined by a seed and a number
child.py      a process that tries inputs and reports the outcomes
__main__.py   the budget, the child processes, and what counts as a fault
"""
