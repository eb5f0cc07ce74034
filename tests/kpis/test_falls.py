"""Falls in volume: real ones are found, noise, seasons and fewer people are not."""

import numpy as np
import pytest

from nami_monitor.kpis.over_time.hidden_reductions import real_fall

NAN = float("nan")


def series(seed, fall=0.0, months=48):
    draw = np.random.default_rng(seed)
    wave = 1 + 0.2 * np.sin(np.arange(months) * np.pi / 6)
    made = 1000 * wave * (1 + 0.03 * draw.normal(size=months))
    made[-12:] *= 1 - fall
    return made


@pytest.mark.parametrize("seed", range(10))
def test_a_planted_fall_is_found_with_its_size(seed):
    found = real_fall(series(seed, fall=0.3))
    assert found is not None
    assert found.share == pytest.approx(0.3, abs=0.05)
    assert found.less == pytest.approx(found.before - found.after)


def test_without_a_fall_little_is_found():
    assert sum(real_fall(series(seed)) is not None for seed in range(200)) <= 2


def test_fewer_people_are_no_fall():
    volume = series(1, fall=0.3)
    people = np.where(np.arange(48) >= 36, 70.0, 100.0)
    assert real_fall(volume) is not None
    assert real_fall(volume, volume / people) is None
    assert real_fall(volume, volume / 100) is not None
    unknown = volume / 100
    unknown[-3] = NAN
    assert real_fall(volume, unknown) is None


def test_two_whole_years_are_needed_and_something_to_fall_from():
    volume = series(1, fall=0.3)
    assert real_fall(volume[-23:]) is None
    assert real_fall(volume[-24:]) is not None
    gap = volume.copy()
    gap[30] = NAN
    assert real_fall(gap) is None
    assert real_fall(np.zeros(48)) is None
    assert real_fall(-volume) is None


def test_a_single_low_month_is_no_fall():
    volume = series(2)
    volume[-1] = 0.1 * volume[-1]
    assert volume[-12:].sum() < 0.95 * volume[-24:-12].sum()
    assert real_fall(volume) is None


def test_months_that_resemble_each_other_seldom_seem_a_fall():
    draw = np.random.default_rng(1)
    noise = draw.normal(size=(200, 108))
    for month in range(1, 108):
        noise[:, month] = 0.6 * noise[:, month - 1] + 0.8 * noise[:, month]
    assert sum(real_fall(1000 * np.exp(0.1 * row[60:])) is not None for row in noise) <= 12
