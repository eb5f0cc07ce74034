"""A second opinion on the counterfactual: ridge synthetic control on the relative series."""

from __future__ import annotations

import numpy as np

from nami_monitor.waterbed.result import Floats
from nami_monitor.waterbed.series import Window, departures


def synthetic_changes(values: Floats, treated: int, window: Window) -> Floats:
    """Departures after the start from what the other controls' paths foretold.

    Each location's demeaned departure from the control mean is regressed, over the pre months, on
    those of the controls, with a ridge penalty as large as the mean eigenvalue. For a control the
    others remain; all those fits come from one inverse of pre x pre months (Sherman-Morrison).

    Args:
        values: ``(locations, months)``, the treated first.
        treated: how many are treated.
        window: months before and after.

    Returns:
        Relative effects, ``(locations,)``; of controls, placebos.
    """
    paths = departures(values, treated, window)
    pre, post = paths[:, window.pre], paths[:, window.post].mean(1)
    donors, after = pre[treated:], post[treated:]
    gram = np.einsum("nt,ns->ts", donors, donors)  # so small that threads would only wait
    penalty = float(np.trace(gram)) / len(gram)
    inverse = np.linalg.inv(gram + max(penalty, np.finfo(float).tiny) * np.eye(len(gram)))
    loads = inverse @ (donors.T @ after)
    foretold = pre @ loads
    reach = np.einsum("nt,ts,ns->n", donors, inverse, donors)
    foretold[treated:] = (foretold[treated:] - reach * after) / (1 - reach)
    changes: Floats = post - foretold
    return changes
