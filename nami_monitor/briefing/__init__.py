"""What one month has to say, built once: screens only render it."""
