"""What people type and read: the door to Telegram, the handlers, every word that is said.

May import: nothing of ours.
"""
