"""What leaked away of a saving, with honest uncertainty: arrays in, frozen results out."""
