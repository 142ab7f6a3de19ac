"""The bot: talks to people, decides, remembers; cannot read an exchange secret."""
