"""The steps that made the proxy's tables, in versions/, and how alembic runs them.

May import: nothing of ours.
"""
