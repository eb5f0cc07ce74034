"""What deserves attention: arrays in, enums out; words for people stand in the catalogues."""

from nami_monitor.signals.assess import Assessment, Assurance, assess, target_assurance
from nami_monitor.signals.xmr import Limits, Xmr, xmr

__all__ = [
    "Assessment",
    "Assurance",
    "Limits",
    "Xmr",
    "assess",
    "target_assurance",
    "xmr",
]
