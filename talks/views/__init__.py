"""The pages on which a round is read, browsed and compared, a module each kind."""
