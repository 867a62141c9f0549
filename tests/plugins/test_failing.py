"""Whatever a plugin does, it is named and skipped: it ends no process, and changes no exit code."""

import sys
from types import SimpleNamespace

import pytest

from cloudprobe import errors
from cloudprobe.config import Config
from cloudprobe.domain.agents import OrchestratorOutput
from cloudprobe.domain.conversation import ChatReply
from cloudprobe.errors import BudgetEndedError, ModelAccessError, ModelUnavailableError, PluginError
from cloudprobe.plugins import Agents, ModelProvider, ReportFormat
from cloudprobe.plugins.foreign import AGENT_METHODS
from cloudprobe.plugins.manager import Plugins
from cloudprobe.plugins.models import Chats, ModelChoice
from cloudprobe.testing import ScriptedChat, calling
from tests.plugins.test_manager import plugin, reasons
from tests.plugins.test_models import REQUEST

REPORT = SimpleNamespace(answer="Three.")


class MuteError(Exception):
    def __str__(self):
        raise ValueError("nothing to say")


ENDINGS = [SystemExit(9), SystemExit("bye"), GeneratorExit(), MuteError(), ValueError("no gadget"), RecursionError()]


def repr_of(error):
    return type(error).__name__


def raising(error):
    def raise_it(*_, **__):
        raise error

    return raise_it


@pytest.fixture
def plugins():
    return Plugins.load(installed=False)


@pytest.mark.parametrize("error", ENDINGS, ids=repr_of)
def test_every_hook_that_raises_is_named_and_skipped(plugins, error):
    hooks = {
        "template_folders": raising(error),
        "report_formats": raising(error),
        "models": raising(error),
        "agent": lambda role, agent: raising(error)(),
        "progress": lambda event: raising(error)(),
        "inspection_ended": lambda report: raising(error)(),
    }
    for name, hook in hooks.items():
        plugins.add(f"bad-{name}", plugin(**{name: hook}))
    library = plugins.template_library()
    assert len(library) > 0
    assert "html" in plugins.report_formats()
    assert hasattr(plugins.agents("library", library).orchestrator, "decide")
    plugins.progress(None)
    plugins.ended(None)
    assert {name for name, _ in reasons(plugins)} == {f"bad-{name}" for name in hooks}
    assert all(type(error).__name__ in reason for _, reason in reasons(plugins))


def test_what_ends_late_or_while_it_is_looked_at_is_named_too(plugins):
    class Odd:
        @property
        def decide(self):
            raise SystemExit(3)

    def endless():
        yield ReportFormat(name="first", suffix=".1", render=str)
        raise SystemExit(4)

    plugins.add("late", plugin(report_formats=endless, agent=lambda role, agent: Odd()))
    assert "first" not in plugins.report_formats()
    assert hasattr(plugins.agents("library", plugins.template_library()).orchestrator, "decide")
    assert ("late", "SystemExit: 4") in reasons(plugins)
    assert ("late", "SystemExit: 3") in reasons(plugins)


@pytest.mark.parametrize("ending", ["import sys; sys.exit(3)", "raise GeneratorExit", "1/0", "raise SystemExit"])
def test_a_module_that_ends_while_it_is_imported_is_named(tmp_path, monkeypatch, ending):
    name = f"ending_{abs(hash(ending))}"
    (tmp_path / f"{name}.py").write_text(ending)
    info = tmp_path / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[cloudprobe]\nany = {name}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        found = reasons(Plugins.load())
    finally:
        sys.modules.pop(name, None)
    assert [plugin for plugin, _ in found] == [name]
    assert found[0][1].startswith("it cannot be imported: ")


def test_an_interrupt_from_the_keyboard_is_nobodys_failure(plugins):
    plugins.add("slow", plugin(progress=lambda event: raising(KeyboardInterrupt())()))
    with pytest.raises(KeyboardInterrupt):
        plugins.progress(None)


@pytest.mark.parametrize("given", [42, "an agent", object(), SimpleNamespace(decide=1)])
def test_a_replacement_without_the_protocols_method_is_named_and_left_out(plugins, given):
    plugins.add("answer", plugin(agent=lambda role, agent: given))
    agents = plugins.agents("library", plugins.template_library())
    assert {type(agent).__module__.split(".")[0] for agent in map(agents.__getattribute__, AGENT_METHODS)} == {
        "cloudprobe"
    }
    told = [reason for name, reason in reasons(plugins) if name == "answer"]
    assert f"it gave a {type(given).__name__} as orchestrator, which has no method decide" in told
    assert f"it gave a {type(given).__name__} as discovery analyst, which has no method analyze" in told


def thinking(answer):
    """An agent of every role that answers so."""
    return SimpleNamespace(decide=answer, generate=answer, analyze=answer)


def replaced(plugins, answer):
    plugins.add("acme", plugin(agent=lambda role, agent: thinking(answer)))
    return plugins.agents("library", plugins.template_library())


@pytest.mark.parametrize("error", ENDINGS, ids=repr_of)
@pytest.mark.parametrize(("role", "method"), AGENT_METHODS.items())
def test_an_agent_that_raises_while_it_thinks_is_named(plugins, role, method, error):
    agent = getattr(replaced(plugins, raising(error)), role)
    with pytest.raises(PluginError, match=f"The plugin acme's {role.replace('_', ' ')} failed: {type(error).__name__}"):
        getattr(agent, method)(None)


@pytest.mark.parametrize(("role", "method"), AGENT_METHODS.items())
@pytest.mark.parametrize("output", [None, 42, [], ("a prompt",)])
def test_an_agent_that_gives_something_else_is_named(plugins, role, method, output):
    agent = getattr(replaced(plugins, lambda given: output), role)
    with pytest.raises(PluginError, match=f"it gave a {type(output).__name__}, no "):
        getattr(agent, method)(None)


def test_what_fits_passes_and_our_own_errors_keep_their_names(plugins):
    output = OrchestratorOutput.model_construct()
    assert replaced(plugins, lambda given: output).orchestrator.decide(None) is output
    ended = BudgetEndedError("Enough.")
    with pytest.raises(BudgetEndedError) as raised:
        replaced(Plugins.load(installed=False), raising(ended)).orchestrator.decide(None)
    assert raised.value is ended


def test_an_error_of_its_own_under_our_name_is_named(plugins):
    class InspectionInterruptedError(errors.InspectionInterruptedError):
        exit_code = 0

    with pytest.raises(PluginError, match="acme's orchestrator"):
        replaced(plugins, raising(InspectionInterruptedError("no"))).orchestrator.decide(None)


@pytest.mark.parametrize("error", ENDINGS, ids=repr_of)
def test_a_format_that_raises_names_its_plugin(plugins, error):
    bad = ReportFormat(name="bad", suffix=".bad", render=raising(error))
    plugins.add("acme", plugin(report_formats=lambda: [bad]))
    with pytest.raises(PluginError, match=f"The plugin acme's report format bad failed: {type(error).__name__}"):
        plugins.report_formats()["bad"].render(REPORT)


def test_a_format_that_gives_no_text_names_its_plugin(plugins):
    plugins.add("acme", plugin(report_formats=lambda: [ReportFormat(name="raw", suffix=".raw", render=lambda _: b"x")]))
    with pytest.raises(PluginError, match="it gave a bytes, no text"):
        plugins.report_formats()["raw"].render(REPORT)


@pytest.mark.parametrize(
    "form",
    [
        {"name": ["list"], "suffix": ".a", "render": str},
        {"name": "Upper", "suffix": ".a", "render": str},
        {"name": "a", "suffix": None, "render": str},
        {"name": "a", "suffix": "a", "render": str},
        {"name": "a", "suffix": ".a", "render": "text"},
    ],
)
def test_a_format_of_a_wrong_shape_is_named_and_left_out(plugins, form):
    plugins.add("acme", plugin(report_formats=lambda: [ReportFormat(**form)]))
    assert "a" not in plugins.report_formats()
    assert [name for name, _ in reasons(plugins)] == ["acme"]


@pytest.mark.parametrize(
    "provider",
    [
        {"name": {}, "description": ""},
        {"name": "a:b", "description": ""},
        {"name": "a", "description": None},
        {"name": "a", "description": "", "chat": "gpt"},
    ],
)
def test_a_provider_of_a_wrong_shape_is_named_and_left_out(plugins, provider):
    plugins.add("acme", plugin(models=lambda: [ModelProvider(**provider)]))
    assert "a" not in plugins.models()
    assert [name for name, _ in reasons(plugins)] == ["acme"]


def chat_of(plugins, chat):
    plugins.add("acme", plugin(models=lambda: [ModelProvider(name="gadget", description="", chat=chat)]))
    return Chats(plugins.models(), ModelChoice(model="gadget"), config=Config.read({}))("orchestrator")


@pytest.mark.parametrize("error", ENDINGS, ids=repr_of)
def test_a_provider_that_raises_is_named(plugins, error):
    with pytest.raises(ModelAccessError, match=f"'gadget' failed: {type(error).__name__}"):
        chat_of(plugins, raising(error))


@pytest.mark.parametrize("error", ENDINGS, ids=repr_of)
def test_a_model_of_a_provider_that_raises_is_named(plugins, error):
    failing = SimpleNamespace(name="g", context_tokens=9, send=raising(error), count=raising(error))
    chat = chat_of(plugins, lambda order: failing)
    for ask in (chat.send, chat.count):
        with pytest.raises(ModelUnavailableError, match=f"'gadget' failed: {type(error).__name__}"):
            ask(REQUEST)


def test_a_model_that_gives_something_else_is_named(plugins):
    odd = SimpleNamespace(name="g", context_tokens="many", send=lambda _: {}, count=lambda _: None)
    chat = chat_of(plugins, lambda order: odd)
    for ask in (lambda: chat.context_tokens, lambda: chat.send(REQUEST), lambda: chat.count(REQUEST)):
        with pytest.raises(ModelAccessError, match="'gadget' failed: it gave a"):
            ask()
    with pytest.raises(ModelAccessError, match="it gave a int as name"):
        chat_of(Plugins.load(installed=False), lambda order: SimpleNamespace(name=1, send=print, count=print))


def test_a_model_that_fits_answers(plugins):
    chat = chat_of(plugins, lambda order: ScriptedChat(calling("plan", {})))
    assert isinstance(chat.send(REQUEST), ChatReply)
    assert chat.context_tokens > 0


@pytest.mark.parametrize(
    "made", [raising(SystemExit(2)), lambda *_: None, lambda *_: Agents(**dict.fromkeys(AGENT_METHODS, 42))]
)
def test_a_provider_whose_agents_are_none_is_named(plugins, made):
    plugins.add("acme", plugin(models=lambda: [ModelProvider(name="gadget", description="", agents=made)]))
    with pytest.raises(ModelAccessError, match="'gadget'"):
        plugins.agents("gadget", plugins.template_library())


def test_a_providers_agent_that_raises_while_it_thinks_is_named(plugins):
    agents = Agents(**dict.fromkeys(AGENT_METHODS, thinking(raising(SystemExit(7)))))
    plugins.add("acme", plugin(models=lambda: [ModelProvider(name="gadget", description="", agents=lambda *_: agents)]))
    found = plugins.agents("gadget", plugins.template_library())
    with pytest.raises(PluginError, match="The model provider gadget's code generator failed: SystemExit: 7"):
        found.code_generator.generate(None)
