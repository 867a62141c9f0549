"""Where a template's probe leads next is a template there is, with variables it has."""

import ast
from collections.abc import Iterator

import pytest

from cloudprobe.templates.registry import Template, TemplateLibrary

LIBRARY = TemplateLibrary.builtin()


def keys_of(node: ast.expr, *scopes: ast.AST) -> set[str]:
    """The keys a dictionary may have; of a name, those of every dictionary given to that name in the
    innermost of the scopes that gives it one.

    Raises:
        AssertionError: it is made in a way this reading does not follow, and so must be written plainly.
    """
    if isinstance(node, ast.Dict):
        plain = {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
        spread = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
        return plain.union(*(keys_of(value, *scopes) for value in spread))
    if isinstance(node, ast.IfExp):
        return keys_of(node.body, *scopes) | keys_of(node.orelse, *scopes)
    if isinstance(node, ast.DictComp):
        source = node.generators[0].iter
        assert isinstance(source, ast.Tuple), ast.unparse(node)
        return {str(one.value) for one in source.elts if isinstance(one, ast.Constant)}
    if isinstance(node, ast.ListComp):
        return keys_of(node.elt, *scopes)
    if isinstance(node, ast.List):
        return set().union(*(keys_of(one, *scopes) for one in node.elts))
    assert isinstance(node, ast.Name), ast.unparse(node)
    given = next(filter(None, (list(values_of(node.id, scope)) for scope in scopes)), [])
    assert given, f"{node.id} of {ast.unparse(node)} is made elsewhere"
    return set().union(*(keys_of(value, *scopes) for value in given))


def values_of(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(scope):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not any(isinstance(target, ast.Name) and target.id == name for target in targets):
            continue
        if isinstance(node, ast.Assign | ast.AugAssign):
            yield node.value
        elif isinstance(node, ast.comprehension):
            yield node.iter


def leads_of(script: str) -> Iterator[tuple[str, set[str]]]:
    """Template and variables of every suggestion a script can make, as its text shows them."""
    tree = ast.parse(script)
    for scope in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(scope):
            if not isinstance(node, ast.Dict):
                continue
            made = {
                key.value: value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            }
            if "template" not in made:
                continue
            around = [one for one in ast.walk(scope) if isinstance(one, ast.ListComp) and one.elt is node]
            if isinstance(made["template"], ast.Constant):
                yield str(made["template"].value), keys_of(made["variables"], *around, scope)
            else:
                (table,) = values_of("NEXT", tree)
                for template, variable, *_ in ast.literal_eval(table).values():
                    yield template, {variable, "regions"}


@pytest.mark.parametrize("template", list(LIBRARY), ids=lambda template: template.name)
def test_a_suggestion_names_a_template_and_its_variables(template: Template) -> None:
    for name, variables in leads_of(template.script):
        assert name in LIBRARY, f"{template.name} leads to {name}, which is no template"
        assert variables <= LIBRARY.get(name).variables.keys(), f"{template.name} leads to {name} with {variables}"


def test_discoveries_lead_on() -> None:
    leading = {template.name for template in LIBRARY if list(leads_of(template.script))}
    assert {"cloudwatch_alarms", "lambda_errors", "recent_changes", "s3_event_lambda", "sqs_queue_backlog"} <= leading


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ('def f(): return [{"template": "no_such", "variables": {}}]', "no_such"),
        ('def f(x):\n where = {"queue": x}\n return {"template": "lambda_errors", "variables": where}', "queue"),
        (
            'NEXT = {"AWS/X": ("lambda_errors", "bucket", "D")}\ndef f(t):\n return {"template": t, "variables": {}}',
            "bucket",
        ),
    ],
)
def test_a_suggestion_that_leads_nowhere_would_be_seen(script: str, problem: str) -> None:
    ((name, variables),) = leads_of(script)
    wrong = {name} if name not in LIBRARY else variables - LIBRARY.get(name).variables.keys()
    assert wrong == {problem}
