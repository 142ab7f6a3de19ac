"""The steps that made the bot's tables, in versions/, and how alembic runs them.

May import: nothing of ours.
"""
