"""Python's own reading of files: each import and each foreign key, to compare with ours.

Input: a JSON object of names and texts. Output: a JSON object; null for a file that this Python cannot read.
"""
import ast
import json
import re
import sys
import warnings

ENDS = re.compile(r"(ForeignKey|ParentalKey|OneToOneField|ManyToManyField)$|^GenericRelation$")
ELSEWHERE = re.compile(
    r"(tastypie|sqlalchemy|sqlmodel|peewee|pony|rest_framework|graphene\w*|factory|import_export|wtforms"
    r"|django_filters|marshmallow)(\.|$)"
)


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return head and head + "." + node.attr
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return None


def is_types(test):
    return (dotted(test) or "").split(".")[-1] == "TYPE_CHECKING"


def called(node):
    """The module and the names of `import_module("a")`, if that is what it is."""
    name = (dotted(node.func) or "").split(".")[-1]
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
    path = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if not isinstance(path, str) or not re.fullmatch(r"\.*[^\W\d][\w.]*", path):
        return None
    if name in ("__import__", "import_module"):
        return path, []
    if name != "import_string":
        return None
    head, _, last = path.rpartition(".")
    return (head, [last]) if head else (path, [])


def imports_of(tree):
    found = []

    def visit(node, types):
        if isinstance(node, ast.Import):
            found.extend([node.lineno, one.name, [], types] for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [one.name for one in node.names]
            found.append([node.lineno, "." * node.level + (node.module or ""), names, types])
        elif isinstance(node, ast.Call) and called(node):
            found.append([node.func.end_lineno, *called(node), types])
        elif isinstance(node, ast.If) and is_types(node.test):
            for child in node.body:
                visit(child, True)
            for child in node.orelse:
                visit(child, types)
            return
        for child in ast.iter_child_nodes(node):
            visit(child, types)

    visit(tree, False)
    return found


def keys_of(tree):
    bound = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                source = "." * node.level + (node.module or "")
                bound.setdefault(one.asname or one.name, (source, one.name))
        elif isinstance(node, ast.Import):
            for one in node.names:
                bound.setdefault(one.asname or one.name.split(".")[0], (one.name, None))
    found = []

    def statements(body):
        for node in body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)):
                yield node
            for part in ("body", "orelse", "finalbody"):
                if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    yield from statements(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                yield from statements(handler.body)

    for owner in ast.walk(tree):
        if not isinstance(owner, ast.ClassDef):
            continue
        for node in statements(owner.body):
            call = node.value
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = dotted(call.func) if isinstance(call, ast.Call) else None
            if name is None or not isinstance(target, ast.Name):
                continue
            source, real = bound.get(name.split(".")[0], ("", None))
            last = name.split(".")[-1] if "." in name else real or name
            if not ENDS.search(last) or ELSEWHERE.match(source):
                continue
            to = [k.value for k in call.keywords if k.arg == "to"] + call.args
            value = to[0] if to else None
            if isinstance(value, ast.Constant):
                written = value.value
            else:
                # What is neither a string nor a name is compared by being there.
                written = value and dotted(value)
            found.append([call.lineno, owner.name, target.id, written])
    return found


def read(text):
    warnings.simplefilter("ignore")
    try:
        tree = ast.parse(text.lstrip("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {"imports": imports_of(tree), "keys": keys_of(tree)}


json.dump({name: read(text) for name, text in json.load(sys.stdin).items()}, sys.stdout)
