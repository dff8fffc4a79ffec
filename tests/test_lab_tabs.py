"""What each refresh policy does to honest tabs and to thieves, as the page shows it."""

from authcompare.lab import contest, results
from authcompare.lab.strategies import CONTESTANTS, VARIANTS
from authcompare.lab.tabs import GAPS


def test_a_run_gives_the_shares_that_the_page_shows() -> None:
    strategies = [*CONTESTANTS, *VARIANTS.values()]

    played = contest.play("authcompare.lab.tabs.run", strategies, lambda *_: None)

    assert {slug: found for slug, found in played.items() if found} == results.read("tabs")


def test_the_grace_spares_every_tab_within_it_and_no_theft_goes_on_in_the_end() -> None:
    ours = {found["gap"]: found for found in results.read("tabs")["jwt-row"]}

    assert [ours[gap]["honest_out"] for gap in GAPS if gap <= 30] == [0, 0, 0, 0, 0]
    assert [ours[gap]["stopped"] for gap in GAPS] == [1] * len(GAPS)
