"""What a file says about itself: format, encoding, separator, header, decimal sign, date order.

Nothing is converted here. What stays ambiguous is returned as such, never guessed.
"""
