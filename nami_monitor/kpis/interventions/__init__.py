"""From the register of interventions to what each of them did, and where it went.

``register`` reads what was registered, ``cube`` the order lines of a category, ``window`` which
months can be compared and ``sites`` which locations; ``scope`` brings them together into arrays,
``answer`` asks the estimator, and ``portfolio`` does so for all of them.
"""
