"""Counts a Django project as anybody would, with Python's own ast: what crosses from one app to another.

Input: a folder, the folders of its apps, and with `--path apps` folders that Python finds modules in; the user model
is that of the app `users`, or as `--user account` says. Output: a JSON object with `imports` and `keys`, each a list
of [app, other app, file, line], and `columns`: [app, other app, Class.field], inherited ones too.
"""
import argparse
import ast
import json
import os
import sys

parser = argparse.ArgumentParser()
parser.add_argument("root")
parser.add_argument("apps", nargs="*")
parser.add_argument("--path", action="append", default=[""])
parser.add_argument("--user", default="users")
given = parser.parse_args()
root, apps = given.root, sorted(given.apps, key=len, reverse=True)
FIELDS = ("ForeignKey", "OneToOneField", "ManyToManyField")


def app_of(path):
    return next((app for app in apps if path.startswith(app + "/")), None)


def file_of(path):
    """The file of a module, or None."""
    for start in given.path:
        for end in (".py", "/__init__.py"):
            if os.path.isfile(os.path.join(root, start, path + end)):
                return os.path.join(start, path + end)
    return None


def base_of(node, file):
    base = (node.module or "").replace(".", "/")
    if not node.level:
        return base
    folder = "/".join(file.split("/")[: -node.level])
    return folder + "/" + base if base else folder


def targets(node, file):
    """Paths without .py that an import statement names."""
    if isinstance(node, ast.Import):
        return [one.name.replace(".", "/") for one in node.names]
    base = base_of(node, file)
    inside = [base + "/" + one.name for one in node.names]
    return [path if file_of(path) else base for path in inside]


class Module:
    """The names of a file, as its statements bind them one after the other."""

    def __init__(self, file):
        self.file, self.classes, self.names, self.stars, self.users = file, {}, {}, [], set()
        with open(os.path.join(root, file), "rb") as opened:
            self.tree = ast.parse(opened.read())
        self.visit(self.tree.body)

    def visit(self, body):
        for node in body:
            if isinstance(node, ast.ClassDef):
                # What the bases mean is what they mean here.
                node.before = dict(self.names), dict(self.classes), list(self.stars)
                self.classes[node.name] = node
                self.names.pop(node.name, None)
            elif isinstance(node, ast.ImportFrom):
                base = base_of(node, self.file)
                for one in node.names:
                    if one.name == "*":
                        self.stars.append(base)
                    else:
                        self.names.setdefault(one.asname or one.name, (base, one.name))
            elif isinstance(node, ast.Import):
                for one in node.names:
                    path = one.name.replace(".", "/")
                    self.names.setdefault(one.asname or one.name, (path, None))
            elif isinstance(node, ast.Assign) and "get_user_model()" in ast.unparse(node.value):
                self.users.add(ast.unparse(node.targets[0]))
            for part in ("body", "orelse", "handlers", "finalbody"):
                if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                    self.visit(getattr(node, part, []))


modules = {}


def module_at(path):
    file = file_of(path)
    if file is not None and file not in modules:
        modules[file] = None
        try:
            modules[file] = Module(file)
        except SyntaxError as error:
            print(file, error, file=sys.stderr)
    return file and modules[file]


def look_up(module, written, scope=None, seen=()):
    """(module, class) of a dotted name, or None when it is not of this code."""
    if module is None or (module.file, written) in seen:
        return None
    seen = (*seen, (module.file, written)) if scope is None else seen
    names, classes, stars = scope or (module.names, module.classes, module.stars)
    if written in classes:
        return module, classes[written]
    parts = written.split(".")
    for cut in range(len(parts), 0, -1):
        known = names.get(".".join(parts[:cut]))
        if known is None:
            continue
        base, name = known
        rest = ".".join(parts[cut:])
        if name is None:
            return look_up(module_at(base), rest, None, seen) if rest else None
        if rest:
            return look_up(module_at(base + "/" + name), rest, None, seen)
        return look_up(module_at(base), name, None, seen)
    found = (look_up(module_at(star), written, None, seen) for star in stars)
    return next((one for one in found if one), None)


def bases_of(module, node):
    for base in node.bases:
        written = ast.unparse(base)
        yield written, look_up(module, written, node.before)


def meta(node, name):
    metas = [one for one in node.body if isinstance(one, ast.ClassDef) and one.name == "Meta"]
    return any(
        isinstance(one, ast.Assign) and ast.unparse(one) == name + " = True"
        for inner in metas
        for one in inner.body
    )


def is_model(module, node):
    """It has one above that is Django's, or of a library and called so."""
    for written, found in bases_of(module, node):
        last = written.split(".")[-1]
        if found is None and (last in ("Model", "MP_Node", "AbstractUser", "AbstractBaseUser") or last.endswith("Model")):
            return "pydantic" not in str(module.names.get(last))
        if found is not None and is_model(*found):
            return True
    return False


def attributes(node):
    for one in node.body:
        if isinstance(one, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            yield one.name, one
        elif isinstance(one, ast.Assign):
            for target in one.targets:
                yield ast.unparse(target), one
        elif isinstance(one, ast.AnnAssign) and one.value is not None:
            yield ast.unparse(one.target), one


def field_in(statement):
    value = getattr(statement, "value", None)
    is_call = isinstance(value, ast.Call)
    name = ast.unparse(value.func).split("[")[0].split(".")[-1] if is_call else ""
    return value if name.endswith(FIELDS) and not name.startswith("Generic") else None


def above(module, node):
    yield node
    for _, found in bases_of(module, node):
        if found:
            yield from above(*found)


def table_of(module, node):
    while meta(node, "proxy"):
        module, node = next(f for _, f in bases_of(module, node) if f and not meta(f[1], "abstract"))
    return module, node


def fields_of(module, node):
    """{name: (module where it is written, call)}; for the way to inherited rows the class instead of a call."""
    if meta(node, "proxy"):
        return {}
    own = dict(attributes(node))
    fields = {name: (module, field_in(one)) for name, one in own.items() if field_in(one)}
    hidden, parents = set(own), []
    for _, found in bases_of(module, node):
        if found is None:
            continue
        if meta(found[1], "abstract"):
            for name, field in fields_of(*found).items():
                if name not in hidden:
                    fields[name] = field
                hidden.add(name)
        elif is_model(*found):
            parents.append(table_of(*found))
            for one in above(*found):
                hidden.update(name for name, each in attributes(one) if field_in(each))
        else:
            for one in above(*found):
                hidden.update(name for name, _ in attributes(one))
    for parent in parents:
        link = parent[1].name.lower() + "_ptr"
        if link not in hidden and not any(is_link(*field, parent[1]) for field in fields.values()):
            fields[link] = parent
    return fields


def is_link(module, call, table):
    if not isinstance(call, ast.Call) or "OneToOne" not in ast.unparse(call.func):
        return False
    target = target_of(call)
    if isinstance(target, ast.Constant):
        return target.value.split(".")[-1] == table.name
    found = look_up(module, ast.unparse(target))
    return found is not None and table_of(*found)[1] is table


def target_of(call):
    return ([word.value for word in call.keywords if word.arg == "to"] + call.args)[0]


def app_by_label(label):
    found = [app for app in apps if app.split("/")[-1] == label]
    return min(found, key=len, default=None)


def leads_to(module, call, app):
    """The app with the rows; None when it is not of this code."""
    if isinstance(call, ast.ClassDef):
        return app_of(module.file)
    target = target_of(call)
    if isinstance(target, ast.Constant):
        name = target.value
        return app_by_label(name.split(".")[0]) if "." in name else app
    written = ast.unparse(target)
    if "AUTH_USER_MODEL" in written or "get_user_model" in written or written in module.users:
        return app_by_label(given.user)
    found = look_up(module, written)
    return app_of(table_of(*found)[0].file) if found else None


imports, keys, columns = set(), set(), set()
for folder, _, files in os.walk(root):
    for name in files:
        file = os.path.relpath(os.path.join(folder, name), root)
        app = app_of(file)
        if not name.endswith(".py") or not app or "migrations/" in file or "/tests/" in file or name.startswith("test"):
            continue
        module = module_at(file[:-3].removesuffix("/__init__"))
        if module is None:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for path in targets(node, file):
                    other = app_of((file_of(path) or path) + "/")
                    if other and other != app:
                        imports.add((app, other, file, node.lineno))
        for node in module.classes.values():
            if meta(node, "abstract") or not is_model(module, node):
                continue
            for field, (where, call) in fields_of(module, node).items():
                other = leads_to(where, call, app)
                if other and other != app:
                    isOwn = where is module and any(call in ast.walk(one) for one in node.body)
                    columns.add((app, other, f"{node.name}.{field}"))
                    keys.add((app, other, file, call.lineno if isOwn else node.lineno))
json.dump({"imports": sorted(imports), "keys": sorted(keys), "columns": sorted(columns)}, sys.stdout)
