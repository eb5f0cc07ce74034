"""The whole demo organisation, drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nami_monitor.demo import it_assets, office, organisation, sanitary
from nami_monitor.demo.truth import PlantedTruth


@dataclass(frozen=True)
class World:
    """Everything that happened, before it is written into files."""

    truth: PlantedTruth
    organisation: organisation.Organisation
    office: office.Office
    sanitary: sanitary.Sanitary
    it: it_assets.It


def simulate(truth: PlantedTruth) -> World:
    """Draw the world; each part has a random stream of its own, so parts can change alone."""
    streams = [np.random.default_rng([truth.seed, part]) for part in range(4)]
    place = organisation.simulate(streams[0], truth)
    supplies = sanitary.simulate(streams[2], place, truth)
    return World(
        truth=truth,
        organisation=place,
        office=office.simulate(streams[1], place, truth),
        sanitary=supplies,
        it=it_assets.simulate(streams[3], place, supplies, truth),
    )
