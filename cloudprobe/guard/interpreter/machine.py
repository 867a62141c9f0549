"""The whole interpreter: dispatch by what a value is, and the rounds over a script."""

import ast
import sys
from collections.abc import Hashable, Sequence

from cloudprobe.guard import models
from cloudprobe.guard.interpreter import (
    aws,
    builtin,
    containers,
    exceptions,
    expressions,
    functions,
    library,
    objects,
    resources,
    running_text,
    state,
    statements,
    text,
)
from cloudprobe.guard.interpreter.core import Interpreter, TooComplexError
from cloudprobe.guard.interpreter.dull import builds_names, names_operations
from cloudprobe.guard.interpreter.escape import release, report_stored
from cloudprobe.guard.interpreter.frames import ClassBody, Frame
from cloudprobe.guard.interpreter.inert import Inertness
from cloudprobe.guard.interpreter.mangling import mangle
from cloudprobe.guard.interpreter.narrowing import Steady
from cloudprobe.guard.interpreter.running_text import annotations_are_plain
from cloudprobe.guard.interpreter.spreading import spread
from cloudprobe.guard.interpreter.trace import Trace
from cloudprobe.guard.interpreter.values import (
    AWS_HANDLES,
    NOTHING,
    PLAIN,
    UNKNOWN,
    WIDTH,
    Arguments,
    Bound,
    Box,
    BoxMethod,
    Builtin,
    Chosen,
    Class,
    Client,
    ClientMethod,
    ClientTool,
    Collection,
    CollectionMethod,
    Const,
    Function,
    Instance,
    Meta,
    Module,
    Paginator,
    Plain,
    Poller,
    Resource,
    ResourceMethod,
    Session,
    SessionMethod,
    Site,
    Super,
    TextMethod,
    Unknown,
    Value,
    Values,
    Waiter,
    Wrapped,
    texts,
    union,
)

_ROUNDS = 8
_NESTED_CALLS = 3000
"""Python's own limit of 1,000 would end a chain of sixty functions, for a call there is a dozen calls here."""


class Machine(Interpreter):
    """Interprets one script."""

    def __init__(self) -> None:
        super().__init__()
        inertness = Inertness(self)
        self.dullness.is_inert = inertness.is_inert
        self._calls = functions.Calls(inertness)

    def interpret(self, tree: ast.Module) -> Trace:
        """Follow the script until another round learns nothing new; the last round's trace is the result."""
        module = self.module
        self.frames[module.id] = module
        mangle(tree)
        nodes = list(ast.walk(tree))
        self.plain_annotations = annotations_are_plain(nodes)
        self.steady = Steady(nodes)
        self.dullness.every_name = builds_names(nodes)
        self.dullness.operation_names = names_operations(nodes)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _NESTED_CALLS))
        try:
            self._follow(tree, module)
            self._account(nodes)
        except (TooComplexError, RecursionError):
            self.trace.undecide(
                Site(self.growing or self.line or 1),
                "too-complex",
                "The script takes too many paths to be followed completely.",
                "Split it into smaller scripts, or replace recursion and long constant tables by plain loops.",
            )
        finally:
            sys.setrecursionlimit(limit)
        return self.trace

    def _follow(self, tree: ast.Module, module: Frame) -> None:
        """Go over the script until a round has no news."""
        for _ in range(_ROUNDS):
            news = self.heap.news
            self.growing = 0
            self.trace = Trace()
            self._calls.forget()
            self.defined.clear()
            self.taken.clear()
            self.passed_over.clear()
            self.run(tree.body, module)
            self._run_uncalled()
            self._run_passed_over()
            if self.heap.news == news and (self.settled or not self.hollow):
                return
            self.settled = True
        raise TooComplexError

    def _account(self, nodes: Sequence[ast.AST]) -> None:
        """Name every mention of an operation that no path reached: what was not followed may do harm."""
        for node in nodes:
            if isinstance(node, ast.Attribute) and id(node) not in self.reached and "_" in node.attr:
                if models.services_with(node.attr) and not node.attr.startswith("_"):
                    self.trace.undecide(
                        Site(node.lineno),
                        "unreached",
                        f"{node.attr} may be an AWS operation, but no path to it was found.",
                        "Remove code that never runs, or create what it is called on before.",
                    )

    def _run_uncalled(self) -> None:
        done: set[Function] = set()
        while True:
            waiting = [function for function in functions.uncalled(self) if function not in done]
            waiting += [function for function in self.roots if function not in done]
            if not waiting:
                return
            for function in waiting:
                done.add(function)
                if function not in self.executed:
                    self.roots.append(function)
                functions.run_uncalled(self, function)

    def _run_passed_over(self) -> None:
        """Follow the branches that nobody takes: what is written counts, whether or not it can happen."""
        while waiting := [one for key, one in self.passed_over.items() if key not in self.taken]:
            for body, frame, state_before in waiting:
                self.taken.add(id(body))
                now = frame.snapshot()
                frame.restore(state_before)
                frame.exits.append([])
                self.dead = True
                try:
                    self.run(body, frame)
                finally:
                    self.dead = False
                    frame.exits.pop()
                    frame.restore(now)

    def evaluate(self, node: ast.expr, frame: Frame) -> Values:
        return self._narrowed(expressions.evaluate(self, node, frame))

    def _narrowed(self, values: Values) -> Values:
        """Of very many alternatives, what makes a difference."""
        if len(values) <= WIDTH:
            return values
        self.step(len(values))
        return self.dullness.telling(values)

    def run(self, body: Sequence[ast.stmt], frame: Frame) -> bool:
        return statements.run(self, body, frame)

    def assign(self, target: ast.expr, values: Values, frame: Frame) -> None:
        statements.assign(self, target, values, frame)

    def is_foreign(self, value: Value) -> bool:
        return isinstance(value, Unknown) or (isinstance(value, Module) and not library.is_known(value.name))

    def is_storing(self, value: Value) -> bool:
        stores = isinstance(value, Module) and value.name.partition(".")[0] in {"operator", "heapq", "bisect"}
        return stores or containers.is_storing(self, value)

    def leaves_alone(self, decorator: Value) -> bool:
        known = isinstance(decorator, Module) and decorator.name in builtin.FUNCTIONS
        partial = isinstance(decorator, Box) and self.heap.content(decorator).kind == "partial"
        return not known and not partial and isinstance(decorator, (Module, Box, BoxMethod, Unknown, Plain))

    def instances_of(self, cls: Class) -> list[Instance]:
        return [one for one in self.instances if cls in objects.ancestry(self, one.of)]

    def leaves_of(self, cls: Class) -> list[Class]:
        """The classes below a class that have none below them; the class itself when it has none."""
        below = [one for one in self.classes if one != cls and cls in objects.ancestry(self, one)]
        inner = {parent for one in below for parent in objects.ancestry(self, one)[1:]}
        return [one for one in below if one not in inner] or [cls]

    def line_of(self, value: Value) -> int:
        return self.codes[value].node.lineno if isinstance(value, Function) else 0

    def new_class(self, key: Hashable, fields: list[str]) -> Class:
        """A class made by a call, such as a named tuple."""
        cls = Class(self.heap.number(key))
        if cls not in self.classes:
            frame = Frame(self.heap.number((key, "frame")), "class", method_of=cls)
            node = ast.ClassDef("tuple", [], [], [], [])
            self.classes[cls] = ClassBody(node, frame, fields=fields)
        return cls

    # Attributes

    def attribute(self, owner: Values, name: str, site: Site) -> Values:
        self.step(len(owner))
        if owner and state.is_hidden(name):
            return state.read_hidden(self, name, site)
        others = exceptions.related(self, owner, name) if name in exceptions.RELATED else NOTHING
        if others:
            return others
        capable = any(isinstance(value, Client) and aws.has_method(value, name) for value in owner)
        result: set[Value] = set()
        if not capable and any(isinstance(value, (Plain, Box, BoxMethod, Const)) for value in owner):
            if not any(isinstance(value, (Instance, Class, Module, Unknown, Resource, Super)) for value in owner):
                aws.data_attribute(self, name, site)
        for value in owner:
            if isinstance(value, Client):
                result |= aws.client_attribute(self, value, name, site, alone=not capable)
            elif isinstance(value, Unknown):
                stored = self.heap.attribute(value, name)
                result |= stored or (NOTHING if capable else aws.unknown_attribute(self, value, name, site))
            else:
                result |= self._attribute(value, name, site)
        return frozenset(result)

    def _attribute(self, value: Value, name: str, site: Site) -> Values:
        match value:
            case Module():
                return self._module_attribute(value, name, site)
            case Session():
                return aws.session_attribute(self, name, site)
            case Meta():
                return aws.meta_attribute(self, value, name, site)
            case Paginator() | Waiter():
                return aws.poller_attribute(value, name)
            case Resource():
                return resources.resource_attribute(self, value, name, site)
            case Collection():
                return resources.collection_attribute(self, value, name, site)
            case Instance():
                return objects.instance_attribute(self, value, name, site)
            case Class():
                return objects.attribute_of_class(self, value, name, site)
            case Super():
                return objects.super_attribute(self, value, name, site)
            case Box():
                return self._box_attribute(value, name, site)
            case Const():
                return text.text_attribute(value, name)
            case Wrapped():
                return objects.wrapped_attribute(value, name)
            case Builtin():
                if name == "__subclasses__":
                    return state.read_hidden(self, name, site)
                return frozenset({Builtin(f"{value.name}.{name}")})
            case Function() | Bound() | ClientMethod() | BoxMethod():
                if name == "register" and value in self.variants:
                    return frozenset({Bound(Builtin("singledispatch.register"), value)})
                if state.is_special(name):
                    return state.method_attribute(self, value, name, site)
                return self.heap.attribute(value, name) | (
                    library.box_attribute(self, value.box, name, site) if isinstance(value, BoxMethod) else PLAIN
                )
            case _:
                return PLAIN

    def _module_attribute(self, module: Module, name: str, site: Site) -> Values:
        if module == state.MAIN:
            return state.read_main(self, name, site)
        full = library.canonical(f"{module.name}.{name}")
        if full in {"builtins", "sys", "boto3"}:
            return frozenset({Module(full)})
        if name == "__dict__":
            return state.namespace(self, module, site)
        if not library.is_known(full):
            return aws.unknown_attribute(self, Unknown(), name, site) - UNKNOWN or frozenset({Module(full)})
        if full == "boto3.DEFAULT_SESSION":
            return frozenset({Session()})
        if module.name == "builtins":
            return frozenset({Builtin(name)})
        return frozenset({Module(full)})

    def _box_attribute(self, box: Box, name: str, site: Site) -> Values:
        if name == "__class__":
            return containers.class_of(self, box)
        if self.heap.content(box).kind == "partial":
            return self._partial_attribute(box, name)
        return library.box_attribute(self, box, name, site)

    def _partial_attribute(self, box: Box, name: str) -> Values:
        given = self.partials[box]
        if name == "func":
            return given.get(0)
        if name == "args":
            return self.fresh_list(("args", box), given.positional[1:], exact=not given.more_positional)
        if name == "keywords":
            return frozenset({self.heap.mapping(("keywords", box), dict(given.keywords), given.more_keywords)})
        return frozenset({box}) if name == "__call__" else PLAIN

    def set_attribute(self, owner: Values, name: str, values: Values, site: Site) -> None:
        special = state.is_special(name) or state.is_hidden(name)
        for value in state.store_special(self, owner, name, values, site) if special else owner:
            if isinstance(value, Instance):
                objects.store(self, value, name, values or PLAIN, site)
            elif value == state.MAIN:
                state.store_main(self, name, values or PLAIN, site)
            elif isinstance(value, (Class, Box, Function, Bound, BoxMethod, Unknown)):
                target = value.box if isinstance(value, BoxMethod) else value
                self.heap.set_attribute(target, name, values or PLAIN)
            elif isinstance(value, Client) and not aws.is_own(value, name):
                self.heap.set_attribute(value, name, values or PLAIN)  # a note on the client, ``client.region = …``
            elif isinstance(value, (*AWS_HANDLES, ClientMethod)) or (
                isinstance(value, Module) and value.name.split(".")[0] in {"boto3", "botocore"}
            ):
                self.trace.remark(site, "replaces", name)
                self.trace.undecide(
                    site, "replaces", f"Replaces {name} of the AWS library.", "Use the AWS library as it is."
                )
            elif isinstance(value, Module):
                state.store_in_library(self, value, name, values, site)
                report_stored(self, values, site, "an object")
            else:
                report_stored(self, values, site, "an object")

    # Calls

    def call(self, callee: Values, arguments: Arguments, site: Site) -> Values:
        self.step(len(callee) + sum(len(values) for values in arguments.positional))
        return union(*(self._call(value, arguments, site) for value in callee))

    def _call(self, value: Value, arguments: Arguments, site: Site) -> Values:
        match value:
            case Function():
                others = frozenset(self.variants.get(value, ()))
                return self._calls.call(self, value, arguments) | self.call(others, arguments, site)
            case Bound():
                return self.call(frozenset({value.function}), arguments.prepend(frozenset({value.receiver})), site)
            case Class():
                return functions.call_class(self, value, arguments, site)
            case Wrapped():
                return self.call(frozenset({value.function}), arguments, site)
            case Instance():
                method = objects.class_attribute(self, value.of, "__call__", value)
                return self.call(method, arguments, site) if method else PLAIN
            case SessionMethod():
                return aws.make(self, value.name, arguments, site)
            case ClientMethod():
                return aws.call_method(self, value, arguments, site)
            case ClientTool():
                return aws.call_tool(self, value, arguments, site)
            case Poller():
                return aws.call_poller(self, value, arguments, site)
            case ResourceMethod():
                return resources.call_method(self, value, arguments, site)
            case CollectionMethod():
                return resources.call_collection(self, value, site)
            case Session():
                return frozenset({value})
            case Module():
                return self._call_module(value, arguments, site)
            case Builtin():
                return builtin.call_builtin(self, value.name, arguments, site)
            case TextMethod():
                return text.call_text(self, value, arguments, site)
            case Box():
                return self._call_box(value, arguments, site)
            case BoxMethod():
                return self._call_box_method(value, arguments, site)
            case Chosen():
                return aws.call_chosen(self, arguments, site)
            case Plain() | Const():
                aws.call_plain(self, arguments, site)
                return library.call_on_plain(self, arguments, site)
            case Unknown():
                return self._call_unknown(arguments, site)
            case _:
                return aws.called_handle(self, value, site)

    def _call_unknown(self, arguments: Arguments, site: Site) -> Values:
        called_back = library.call_on_plain(self, arguments, site)
        spread(self, arguments, unknown=True)
        release(self, frozenset(value for value in arguments.every if isinstance(value, Box)))
        return aws.call_unknown(self, arguments, site) | (called_back - PLAIN)

    def _call_module(self, module: Module, arguments: Arguments, site: Site) -> Values:
        if module.name in {"boto3.client", "boto3.resource"}:
            return aws.make(self, module.name.split(".")[1], arguments, site)
        running_text.check_function(self, module.name, arguments, site)
        state.check_call(self, module.name, site)
        handler = builtin.FUNCTIONS.get(module.name)
        if handler is not None:
            return handler(self, arguments, site)
        unbound = containers.call_unbound(self, module.name, arguments, site)
        if unbound is not None:
            return unbound
        if library.is_known(module.name):
            return library.call_foreign(self, arguments, site, key=module.name)
        return self._call_unknown(arguments, site)

    def _call_box(self, box: Box, arguments: Arguments, site: Site) -> Values:
        """A partial, a cached or decorated function, or a library's callable object."""
        content = self.heap.content(box)
        if content.kind == "partial":
            given = self.partials[box]
            keywords = tuple({**dict(given.keywords), **dict(arguments.keywords)}.items())
            merged = Arguments(
                (*given.positional[1:], *arguments.positional),
                keywords,
                given.more_positional | arguments.more_positional,
                given.more_keywords | arguments.more_keywords,
            )
            return self.call(given.get(0), merged, site)
        callables = frozenset(
            one
            for one in self.heap.held(box)
            if isinstance(one, (Function, Bound, Class, ClientMethod)) or one in self.partials
        )
        called = self.call(callables, arguments, site) if callables else NOTHING
        return called | library.call_box_method(self, BoxMethod(box, "__call__"), arguments, site)

    def _call_box_method(self, method: BoxMethod, arguments: Arguments, site: Site) -> Values:
        stored = self.heap.attribute(method.box, method.name)
        if stored:
            return PLAIN
        if method.name == "result" and self.heap.attribute(method.box, "awaited"):
            return self.heap.attribute(method.box, "awaited")
        if self.heap.content(method.box).kind == "library":
            running_text.check_method(self, method.name, arguments, site)
            for written in texts(arguments.get(0)) if method.name in {"format", "vformat"} else ():
                text.read_fields(self, written, arguments.after(1), site)
        if method.name in {"enter_context", "enter_async_context"}:
            entered = statements.enter(self, arguments.get(0), site)
            if entered != arguments.get(0):
                return entered
        if method.name == "create_task":
            return builtin.FUNCTIONS["asyncio.create_task"](self, arguments, site)
        handed = exceptions.handed_over(self, method.name, arguments)
        if handed is not None:
            return handed
        return containers.call_method(self, method, arguments, site)

    # Items

    def elements(self, values: Values, site: Site) -> list[Values]:
        self.step(len(values))
        found: list[Values] = []
        for value in sorted(values, key=_order):
            found.extend(self._elements(value, site))
        return list(dict.fromkeys(found)) if len(values) > 1 else found

    def _elements(self, value: Value, site: Site) -> list[Values]:
        match value:
            case Box():
                if self.heap.attribute(value, "awaited"):
                    return [frozenset({value})]  # a task among tasks, as ``asyncio.wait`` gives them
                if self.heap.content(value).kind == "library":
                    return [self._library_element(value, site)]
                return self.heap.elements(value)
            case BoxMethod():
                return self._elements(value.box, site)
            case Collection():
                return resources.elements(self, value, site)
            case Class():
                return objects.enum_members(self, value) or [PLAIN]
            case Instance():
                return self._instance_elements(value, site)
            case Unknown():
                return [frozenset({value})]
            case _:
                return [PLAIN]

    def _library_element(self, box: Box, site: Site) -> Values:
        """Anything a library's object holds, or the elements of what it holds."""
        held = self.heap.held(box) | self.heap.content(box).keys
        found = set(held | PLAIN)
        for value in held - {box}:
            if isinstance(value, Box) and self.heap.attribute(value, "awaited"):
                continue
            if isinstance(value, Box) and self.heap.content(value).kind == "library":
                found |= self.heap.held(value)
            elif isinstance(value, (Box, Collection)):
                found.update(*self._elements(value, site))
        return self._narrowed(frozenset(found))

    def _instance_elements(self, value: Instance, site: Site) -> list[Values]:
        method = objects.class_attribute(self, value.of, "__iter__", value)
        if method:
            made = self.call(method, Arguments(), Site(site.line, "__iter__", called=True))
            step = objects.class_attribute(self, value.of, "__next__", value)
            if step:
                return [self.call(step, Arguments(), Site(site.line, "__next__", called=True))]
            return self.elements(made - {value}, site)
        fields = self.classes[value.of].fields
        if fields:
            return [self.attribute(frozenset({value}), name, site) for name in fields]
        item = objects.class_attribute(self, value.of, "__getitem__", value)
        if item:
            return [self.call(item, Arguments((PLAIN,)), site)]
        return [PLAIN | self.heap.held(objects.backing(self, value))]

    def subscript(self, owner: Values, keys: Values, site: Site) -> Values:
        exceptions.raise_key(self, keys, site)
        return union(*(self._subscript(value, keys, site) for value in owner))

    def _subscript(self, value: Value, keys: Values, site: Site) -> Values:
        match value:
            case Box():
                if self.heap.content(value).kind == "library":
                    return self._library_element(value, site)
                return self.heap.item(value, keys)
            case BoxMethod():
                return self._subscript(value.box, keys, site)
            case Instance():
                method = objects.class_attribute(self, value.of, "__getitem__", value)
                if method:
                    return self.call(method, Arguments((keys,)), Site(site.line, "__getitem__", called=True))
                missing = objects.class_attribute(self, value.of, "__missing__", value)
                if missing:
                    made = self.call(missing, Arguments((keys,)), Site(site.line, "__missing__", called=True))
                    return made | self.heap.held(objects.backing(self, value))
                fields = self.classes[value.of].fields
                numbers = [key.value for key in keys if isinstance(key, Const) and isinstance(key.value, int)]
                if fields and numbers and len(numbers) == len(keys):
                    named = [fields[number] for number in numbers if number < len(fields)]
                    return union(*(self.attribute(frozenset({value}), name, site) for name in named))
                return union(*self._elements(value, site))
            case Class():
                return union(*objects.enum_members(self, value)) or frozenset({value})
            case Module():
                if value.name == "sys.modules":
                    return builtin.imported(keys)
                if value.name == "builtins":
                    return frozenset(Module("builtins.?") if n == "*" else Builtin(n) for n in state.names_of(keys))
                return frozenset({value})
            case Unknown() | Builtin():
                return frozenset({value})
            case Collection():
                return union(*resources.elements(self, value, site))
            case _:
                return PLAIN

    def set_item(self, owner: Values, keys: Values, values: Values, site: Site) -> None:
        constant = [key.value for key in keys if isinstance(key, Const)]
        names = constant if keys and len(constant) == len(keys) else [None]
        for value in owner:
            box = value.box if isinstance(value, BoxMethod) else value
            if isinstance(box, Box):
                sequence = self.heap.content(box).kind != "dict"
                if not sequence and names == [None]:
                    self.heap.put_keys(box, self.dullness.interesting(keys))
                for name in names:
                    self.heap.put(box, None if sequence else name, values or PLAIN)
            elif isinstance(value, Instance):
                method = objects.class_attribute(self, value.of, "__setitem__", value)
                if method:
                    self.call(method, Arguments((keys, values)), Site(site.line, "__setitem__", called=True))
                self.heap.put(objects.backing(self, value), None, values)
            else:
                if isinstance(value, Module) and value.name == "sys.modules":
                    state.undecide(self, site, "Replaces a module")
                report_stored(self, values, site, "an object")


def _order(value: Value) -> str:
    """Sets have no order; results must not depend on it."""
    return repr(value)
