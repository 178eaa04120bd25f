/** Which units a transaction of Django is about: those of which something stands in its block. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { packages, resolveIn } from "./project.ts";

const IMPORTS = `from django.db import transaction
from shop.users.models import Team, User as Person
from shop.blog import posts as journal
from shop.blog.models import Post
import shop.mails.send
`;

/** `line unit+unit`, of a file of the unit cart, counted behind its imports. */
async function touchedBy(text: string, imports = IMPORTS): Promise<string[]> {
  const { hidden } = await resolveIn({
    ...packages("shop", "shop/users", "shop/cart", "shop/blog", "shop/mails"),
    "shop/settings.py": `INSTALLED_APPS = ["shop.users", "shop.cart", "shop.blog", "shop.mails"]`,
    "shop/users/models.py": "class User(AbstractUser): pass\nclass Team(models.Model): pass",
    "shop/blog/models.py": "class Post(models.Model): pass\nclass FAQ(models.Model): pass",
    "shop/mails/models.py": "class Mail(models.Model): pass",
    "shop/cart/views.py": imports + text,
  });
  const units = new Map<number, string[]>();
  const before = imports.split("\n").length - 1;
  for (const { kind, line, to } of hidden)
    if (kind === "transaction")
      units.set(line - before, [...(units.get(line - before) ?? []), to ?? ""]);
  return [...units].map(([line, names]) => `${line} ${names.toSorted().join("+")}`);
}

test("of what a file imports only what stands in the block takes part", async () => {
  const text = `def f(team):
    Post.objects.all()
    with transaction.atomic():
        if Team.objects.get():
            pass

        save()
    Post.objects.all()
def g():
    with open("x") as y, transaction.atomic(): Post(); Team()
    Person()
async def h():
    async with atomic():
        pass
`;
  assert.deepEqual(await touchedBy(text), ["3 users", "10 blog+users"]);
});

test("a name counts by what the file calls it: an alias, a module, a dotted import", async () => {
  const block = (line: string) => touchedBy(`with transaction.atomic():\n    ${line}`);
  assert.deepEqual(await block("Person.objects.create()"), ["1 users"]);
  assert.deepEqual(await block("User.objects.create()"), []);
  assert.deepEqual(await block("journal.write(x)"), ["1 blog"]);
  assert.deepEqual(await block("shop.mails.send.all()"), ["1 mails"]);
  assert.deepEqual(await block('log(f"{Team.objects.count()}")'), ["1 users"]);
  const stars = "from shop.users.models import *\n";
  assert.deepEqual(await touchedBy("with atomic():\n    Team()", stars), ["1 users"]);
});

test("what is no use does not count: types, texts, keywords, attributes, errors, constants", async () => {
  for (const line of [
    'x = "Team"',
    "x: Team = y",
    "self.x: Team",
    "save(Team=1)",
    "x.Team.save()",
    "raise Team(1)",
    "Team.ACTIVE.value",
    "transaction.on_commit(lambda: Team())",
    "journal.write.delay(1)",
    "def inner(a: Team) -> Team: pass",
    "super(Team, self).save()",
    "pass  # Team",
  ]) {
    assert.deepEqual(await touchedBy(`def f():\n    with atomic():\n        ${line}`), [], line);
  }
  const constants = "from shop.blog.models import FAQ, LIMIT\n";
  assert.deepEqual(await touchedBy("with atomic():\n    x = LIMIT", constants), []);
  assert.deepEqual(await touchedBy("with atomic():\n    FAQ()", constants), ["1 blog"]);
});

test("a parameter or a variable of the function hides what is imported", async () => {
  for (const line of [
    "def f(Team, *, x=1):",
    "def f(x: int, Team: str = ''):",
    "def f():\n    Team = 1",
    "def f():\n    a, Team = 1, 2",
    "def f():\n    Team: int = 1",
    "def f():\n    for a, Team in b: pass",
    "def f():\n    if (Team := 1): pass",
    "def f():\n    with a as Team: pass",
    "def f():\n    def Team(): pass",
  ]) {
    const touched = await touchedBy(
      `${line}\n    with atomic():\n        Team.x()\n        Post()`,
    );
    assert.deepEqual(
      touched.map((one) => one.replace(/^\d+ /, "")),
      ["blog"],
      line,
    );
  }
  // Of another function it hides nothing.
  const other = "def g(Team): pass\ndef f():\n    with atomic():\n        Team()";
  assert.deepEqual(await touchedBy(other), ["3 users"]);
});

test("a decorator is about the function below, a decorated class about the method it names", async () => {
  const text = `@transaction.atomic
@login(Post)
def f(x=Post):
    Team()
def g():
    Post()
@method_decorator(transaction.atomic, name="post")
class View(Base):
    def get(self): Post()
    def post(self): Team()
class Other:
    @transaction.atomic(using="x")
    async def save(self):
        Team()
    def load(self): Post()
    patch = transaction.atomic(Team.patch)
def h():
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        Team()
`;
  assert.deepEqual(await touchedBy(text), [
    "1 users",
    "7 users",
    "12 users",
    "16 users",
    "19 users",
  ]);
});

test("functions of the same file are followed, each once, and circles end", async () => {
  const text = `def f():
    def inner(): Post()
    with transaction.atomic():
        first()
        inner()
def first(): second()
def second():
    first()
    Team()
def third(): shop.mails.send.all()
class Base:
    def save(self): Team()
class Cart(Base):
    @transaction.atomic
    def buy(self):
        self.save()
        self.buy()
    @classmethod
    def sell(cls):
        with atomic():
            Cart.tell()
            third.delay()
            outside.third()
    @staticmethod
    def tell(): Post()
`;
  assert.deepEqual(await touchedBy(text), ["3 blog+users", "14 users", "20 blog"]);
});

test("many transactions of one function, and long chains, are read in a time by their length", async () => {
  const many = "    stack.enter(transaction.atomic())\n".repeat(20_000);
  const chain = Array.from({ length: 5000 }, (_, at) => `def f${at}(): f${at + 1}()\n`).join("");
  const decorators = "@transaction.atomic\n".repeat(20_000);
  const before = performance.now();
  await touchedBy(`def f():\n${many}    Team()\n${chain}${decorators}def g(): f0()\n`);
  assert.ok(performance.now() - before < 10_000);
});
