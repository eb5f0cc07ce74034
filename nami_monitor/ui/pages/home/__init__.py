"""Deze maand: one category, all of them, and everything else of the month."""
