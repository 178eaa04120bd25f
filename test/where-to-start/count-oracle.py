"""Counts a Django project as anybody would, with Python's own ast: what crosses from one app to another.

Input: a folder, and the folders of its apps. Output: a JSON object with `imports` and `keys`, each a list of
[app, other app, file, line].
"""
import ast
import json
import os
import sys

root, *apps = sys.argv[1:]
FIELDS = ("ForeignKey", "OneToOneField", "ManyToManyField")


def app_of(path):
    return next((app for app in apps if path.startswith(app + "/")), None)


def exists(path):
    return any(os.path.exists(os.path.join(root, path + end)) for end in (".py", "/__init__.py"))


def targets(node, file):
    """Paths without .py that an import statement names."""
    if isinstance(node, ast.Import):
        return [one.name.replace(".", "/") for one in node.names]
    base = (node.module or "").replace(".", "/")
    if node.level:
        folder = "/".join(file.split("/")[: -node.level])
        base = folder + "/" + base if base else folder
    inside = [base + "/" + one.name for one in node.names]
    return [path if exists(path) else base for path in inside]


def label_of(value, names):
    """The app that the first argument of a field names, or None for its own."""
    if isinstance(value, ast.Constant):
        return value.value.split(".")[0] if "." in value.value else None
    written = ast.unparse(value)
    return "users" if "AUTH_USER_MODEL" in written else names.get(written.split(".")[0])


def read(file, imports, keys):
    with open(os.path.join(root, file), "rb") as opened:
        tree = ast.parse(opened.read())
    app, names = app_of(file), {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for path, one in zip(targets(node, file), node.names):
                other = app_of(path + "/")
                names[one.asname or one.name] = other and other.split("/")[-1]
                if other and other != app:
                    imports.add((app, other, file, node.lineno))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in FIELDS:
            continue
        to = [word.value for word in node.keywords if word.arg == "to"] + node.args
        label = label_of(to[0], names)
        other = next((one for one in apps if one.split("/")[-1] == label), None)
        if other and other != app:
            keys.add((app, other, file, node.lineno))


imports, keys = set(), set()
for folder, _, files in os.walk(root):
    for name in files:
        file = os.path.relpath(os.path.join(folder, name), root)
        if name.endswith(".py") and app_of(file) and "/migrations/" not in file and "/tests/" not in file:
            read(file, imports, keys)
json.dump({"imports": sorted(imports), "keys": sorted(keys)}, sys.stdout)
