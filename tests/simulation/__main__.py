"""`python -m simulation --days 1000 --seed 1`: simulate days, print one table."""

from __future__ import annotations

import argparse
import multiprocessing
import sys

from simulation.day import simulate, table

_REPORT_EVERY = 20  # days


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="simulation")
    parser.add_argument("--days", type=int, default=8)
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first day; each further day has the next one"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes to use")
    parser.add_argument("--findings", type=int, default=5, help="how many findings of a day to print")
    chosen = parser.parse_args()
    results = []
    with multiprocessing.Pool(chosen.jobs) as pool:
        for one in pool.imap(simulate, range(chosen.seed, chosen.seed + chosen.days)):
            results.append(one)
            for line in [*one.findings[: chosen.findings], *one.violations[: chosen.findings]]:
                print(f"seed {one.seed}: {line}", flush=True)
            if len(results) % _REPORT_EVERY == 0:
                print(f"{len(results)} days", file=sys.stderr, flush=True)
            if not one.rates.are_kept:
                print(f"seed {one.seed}: {one.rates}", flush=True)
    print(table(results))
    return int(any(one.violations or one.minutes["wrong"] or not one.rates.are_kept for one in results))


if __name__ == "__main__":
    sys.exit(main())
