"""What a file says about itself: format, encoding, separator, header, decimal sign, date order.

Everything here looks only; nothing is converted. What stays ambiguous is said, never guessed.
"""
