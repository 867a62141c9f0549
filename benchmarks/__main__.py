"""Run every benchmark, or those named: ``python -m benchmarks cli loop``."""

import importlib
import sys

ALL = ("cli", "loop", "sandbox", "guard", "worlds")


def main() -> None:
    for name in sys.argv[1:] or ALL:
        print(f"\n{name}")
        for what, figure in importlib.import_module(f"benchmarks.{name}").run():
            print(f"  {what:<64} {figure}")


if __name__ == "__main__":
    main()
