/** Shapes of Python that a reader meets; Python 3.11 can read each of them. */
export const fixtures: Readonly<Record<string, string>> = {
  "imports.py": `\uFEFFimport os, sys as system, a.b.c as d, x.y
from . import one
from .. import two as second
from ...up.there import (  # why
    three,  # a comment, with a comma
    four as fourth,

    five,
)
from star.fish import *
from a import b, \\
    c
from a.\\
    b import e
import g; import h
if True: import i
else: from j import k
try:
    import l
except ImportError:
    import m
def f():
    import n
    async def g():
        from o import p
class A:
    import q
with open("x") as y: import r
match x:
    case 1: import s
    case _:
        from t import u
lambda: [import_module("v.w"), __import__("z"), importlib.import_module(".rel", "pkg")]
import_string("v.w.Name")
import_module(name)
`,
  "types.py": `from typing import TYPE_CHECKING
import typing
if TYPE_CHECKING:
    import a
    if True:
        from b import c
else:
    import d
if typing.TYPE_CHECKING: from e import f
import g
def h():
    if TYPE_CHECKING:
        import i
    import j
`,
  "strings.py": `"""import no
from no import no
"""
x = 'import no'; y = "from no import \\
no"
z = f"import {x} {'from no import no'} {{import no}}"
w = rf'''{x!r:>{10}} \\\\'''
v = (f"{x:%Y-%m-%d}" f'{ {"a": 1}["a"] }' "import no") # import no
r = (b'import no' # import no
     rb"\\\\")
u = f"\\N{BULLET} {x}" + f'{x=}' + f"""{
    x
}
import no
"""
import yes
t = '''a''''b' """c"""
from yes import no
#import no
s = "\\\\"
import last
`,
  "keys.py": `from django.db import models
from django.db.models import ForeignKey as FK, ManyToManyField
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from modelcluster.fields import ParentalKey
from tastypie import fields
from kitsune.users.models import User as Person
import kitsune.wiki.models

class A(models.Model):
    a = models.ForeignKey("users.User", on_delete=models.CASCADE)
    b = FK(Person, related_name="bs")
    c = ManyToManyField(  # type: ignore[var-annotated]
        # a comment, with (brackets
        kitsune.wiki.models.Document,  # "x"
        blank=True,
    )
    d = models.OneToOneField(on_delete=models.CASCADE, to="self")
    e: models.ForeignKey[Person] = models.ForeignKey(Person, models.PROTECT)
    f = GenericForeignKey("content_type", "object_id")
    g = GenericRelation(Person)
    h = ParentalKey("pages.Page")
    i = models.ForeignKey(settings.AUTH_USER_MODEL, null=True)
    j = models.CharField(max_length=3, choices=[("ForeignKey", "x")])
    k = (models.ForeignKey("paren.Thesis", on_delete=models.CASCADE))
    l = models.ForeignKey("con" "cat.Enated", on_delete=models.CASCADE)
    m = fields.ForeignKey(Person, "m")
    n = models.ForeignKey(lambda: Person, \\
        on_delete=models.CASCADE)
    if True:
        o = TreeForeignKey("o.O")
    def p(self):
        q = models.ForeignKey("no.No")
    class Meta:
        r = models.ForeignKey("meta.Meta")
class B(A):

\ts = FK(A)
`,
  "lines.py": "import a\r\nfrom b import (\r\n  c,\r\n)\r\nx = '''\r\n'''\r\nimport d\r\n",
  "old-mac.py": "import a\rclass B(models.Model):\r  c = models.ForeignKey('d.E')\rimport f\r",
  "feed.py": "import a\n\fimport b\nif x:\n\timport c\n\n\timport d\n",
  "names.py": "import größe.été\nfrom 模块 import 名字 as 别名\n",
  "operators.py": `x: int = 3
a = x[1:2, ::3] if x != 1 else -x ** 2 // 3
a += 1; b = c = {"from": 1, **d, "import": [*e]}
print(a, *b, sep="", **{}) or (yield)
def f(a, /, b: int = 3, *, c: "str" = "x", **d) -> int: return a @ b
async def g(): return [x async for x in y if (n := x) > 1]
raise A from b
from c import d
x = (yield
     from_here)
def h(): yield from i
`,
};
