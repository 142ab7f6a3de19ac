"""The chat page of the demo: a phone in the browser, and a look behind the stage beside it."""
