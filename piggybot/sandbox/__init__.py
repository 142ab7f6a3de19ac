"""The outside world on loopback: an exchange and a Telegram that can misbehave.

May import: nothing of ours.
"""
