"""From the register of interventions to an evaluation of each, and where demand may have gone.

``register`` reads what was registered, ``plans`` when each is judged and what was judged before,
``panel_data`` the order lines by location and month.
``window`` chooses the months and ``sites`` the locations; ``comparison`` makes arrays of them,
``evaluation`` hands these to the estimator, and ``pilot`` plans what is yet to start.
"""
