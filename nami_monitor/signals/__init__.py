"""What deserves attention: arrays in, enums out; words for people stand in the catalogues."""

from nami_monitor.signals.assess import Assessment, Assurance, assess, target_assurance
from nami_monitor.signals.departures import Departure, departures, latest_departure
from nami_monitor.signals.signal import Attention, Signal, attention, ranked
from nami_monitor.signals.xmr import Limits, Xmr, xmr

__all__ = [
    "Assessment",
    "Assurance",
    "Attention",
    "Departure",
    "Limits",
    "Signal",
    "Xmr",
    "assess",
    "attention",
    "departures",
    "latest_departure",
    "ranked",
    "target_assurance",
    "xmr",
]
