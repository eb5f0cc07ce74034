"""What leaked away of a saving, with its uncertainty: arrays in, frozen results out.

A placebo-scaled difference-in-differences on relative series. ``inputs`` checks the arrays and
``screen`` chooses locations, months and untouched groups. ``panel`` holds the relative series
(steps 1 and 2), ``noise`` takes out shocks of a location (3) and models what is left (4),
``effects`` adds up (5 and 8), ``verdicts`` gives intervals and what they show (6 and 7),
``sensitivity`` checks the estimate (9). ``estimate`` and ``planning`` put these together.

In every module the treated come first along the axis of the locations, ``treated`` says how many
they are, ``window`` which months are compared, ``reach`` is a critical value of t, and there is one
of the ``analyses`` for each start.
"""

from nami_monitor.waterbed.estimate import destinations, estimate, net_effect
from nami_monitor.waterbed.inputs import Inputs
from nami_monitor.waterbed.planning import PilotDesign, plan

__all__ = ["Inputs", "PilotDesign", "destinations", "estimate", "net_effect", "plan"]
