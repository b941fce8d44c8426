"""Where the fuzzers of `tests/fuzz` begin; with the time they are given they go on from there by themselves."""

from types import ModuleType

import pytest

from tests.fuzz import frames, heads, packets, polls, requests, sessions

SEEDS = [
    pytest.param(fuzzed, seed, id=f"{fuzzed.__name__.rpartition('.')[2]}-{number}")
    for fuzzed in (frames, heads, packets, polls, requests, sessions)
    for number, seed in enumerate(fuzzed.SEEDS)
]


@pytest.mark.parametrize(("fuzzed", "seed"), SEEDS)
def test_a_seed_is_read_as_others_read_it(fuzzed: ModuleType, seed: bytes) -> None:
    fuzzed.check(seed)
