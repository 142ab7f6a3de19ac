"""The rules of money: values and pure functions. No I/O, no async, no clock.

May import: nothing of ours.
"""
