"""What deserves attention: arrays and dates in, enums out; sentences stand in the catalogues."""
