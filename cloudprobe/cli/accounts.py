"""``account start`` and ``account worlds``."""

import json as jsonlib
import sys
import time

from rich.console import Console
from rich.text import Text

from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.writing import print_text
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds import identity, list_worlds, load_world


def start(world: str | None, port: int | None) -> int:
    known = load_world(world) if world else None
    with stop_requested() as stop:
        before = time.monotonic()
        with EmbeddedAccount.start(port=port) as account:
            if known:
                known.seed(account.client)
            for name, value in account.environment().items():
                print_text(f"export {name}={value}")
            sys.stdout.flush()
            sys.stderr.write(
                f"account {account.account_id} at {account.endpoint_url}"
                f"{f', world {known.name}' if known else ', empty'}, ready in {time.monotonic() - before:.1f} s;"
                " Ctrl-C stops and forgets it\n"
            )
            sys.stderr.flush()
            while not stop.wait(0.5):
                if account.ended:
                    sys.stderr.write("cloudprobe: the embedded account ended by itself.\n")
                    return 1
    return 0


def worlds(*, json: bool) -> int:
    known = list_worlds()
    if json:
        print_text(
            jsonlib.dumps(
                [
                    {
                        "name": world.name,
                        "title": world.title,
                        "description": world.description,
                        "regions": list(world.regions),
                        "questions": [question.named(identity).ask[0] for question in world.questions],
                    }
                    for world in known
                ],
                indent=2,
            )
        )
        return 0
    console = Console(highlight=False)
    for world in known:
        console.print(Text.assemble((world.name, "bold cyan"), f"  {world.title}"))
        console.print(Text(f"  {world.description.strip()}", style="dim"))
        for question in world.questions[:4]:
            console.print(Text(f"  ? {question.named(identity).ask[0]}"))
    return 0
