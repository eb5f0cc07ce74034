"""What leaked away of a saving, with honest uncertainty: arrays in, frozen results out."""

from nami_monitor.waterbed.by_group import estimate_by_group
from nami_monitor.waterbed.destinations import destinations
from nami_monitor.waterbed.estimate import estimate
from nami_monitor.waterbed.planning import plan

__all__ = ["destinations", "estimate", "estimate_by_group", "plan"]
