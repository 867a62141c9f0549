"""``python -m cloudprobe.testing.converse --folder DIR``: a model whose answers are written by hand."""

import argparse
import sys
import threading
from pathlib import Path

from cloudprobe.testing.converse.by_hand import ByHand
from cloudprobe.testing.converse.server import ConverseServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m cloudprobe.testing.converse", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where questions and answers stand")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=240.0, help="how long an answer is waited for")
    given = parser.parse_args()
    with ConverseServer(then=ByHand(given.folder, seconds=given.seconds), port=given.port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
