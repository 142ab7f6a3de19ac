"""What a strategy would have done: the same rules as a run's, over all candles at once."""
