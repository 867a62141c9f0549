"""What is heavy is loaded by whoever asks a model, and by nobody else."""

import subprocess
import sys
import textwrap

import pytest

HEAVY = {"langchain_aws", "langchain", "langsmith", "langchain_core"}
PROGRAMS = {
    "help": """
        from typer.testing import CliRunner
        from cloudprobe.cli.main import app
        assert CliRunner().invoke(app, ["inspect", "--help"]).exit_code == 0
    """,
    "library": """
        from cloudprobe.plugins.manager import Plugins
        plugins = Plugins.load(installed=False)
        plugins.agents("library", plugins.template_library())
    """,
    "bedrock, not yet asked": """
        from cloudprobe.config import Config
        from cloudprobe.plugins.manager import Plugins
        plugins = Plugins.load(installed=False)
        plugins.agents("bedrock", plugins.template_library(), config=Config.read({}))
    """,
    "doctor": """
        from cloudprobe.adapters.models.providers import usable
        assert "openai" in usable()
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_of_langchain_is_loaded(name):
    program = textwrap.dedent(PROGRAMS[name]) + "\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    loaded = {module.split(".")[0] for module in done.stdout.split()}
    assert not loaded & HEAVY


def test_an_inspection_by_the_library_loads_no_model(clean_account, tmp_path):
    """LangGraph carries langchain_core with it, and that imports langsmith; a model's own packages stay out."""
    program = textwrap.dedent(
        """
        import sys
        from typer.testing import CliRunner
        from cloudprobe.cli.main import app
        done = CliRunner().invoke(app, ["inspect", "Which S3 buckets are public?", "--json", "--data-dir", sys.argv[1]])
        assert done.exit_code == 0, done.output
        print(*sys.modules)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env=clean_account.environment() | {"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    loaded = {module.split(".")[0] for module in done.stdout.split()}
    assert not loaded & {"langchain_aws", "langchain", "anthropic", "openai"}
