import assert from "node:assert/strict";
import { test } from "node:test";
import { findIn, packages, unitsIn } from "./project.ts";

const apps = packages("shop/users", "shop/cart", "shop/blog", "shop");

/** Three apps, as settings of different shapes name them. */
const shapes: Readonly<Record<string, string>> = {
  "a list": `INSTALLED_APPS = ["django.contrib.auth", "shop.users", "shop.cart", # "shop.gone",
  'shop.blog']`,
  "a tuple with an annotation": `INSTALLED_APPS: tuple[str, ...] = ("shop.users", "shop.cart", "shop.blog")`,
  "a tuple without brackets": `INSTALLED_APPS = "shop.users", "shop.cart", "shop.blog"`,
  "parts added up": `A = ["shop.users"]
B: list[str] = ["shop.cart"]
INSTALLED_APPS = A + B + list(("shop.blog",))`,
  "parts added later": `INSTALLED_APPS = ("shop.users",)
INSTALLED_APPS += ("shop.cart",)
if DEBUG:
    INSTALLED_APPS = INSTALLED_APPS + ("shop.blog", "debug_toolbar")`,
  stars: `A = ["shop.users"]
INSTALLED_APPS = (*A, *["shop.cart"])
if X: pass
else:
    INSTALLED_APPS = [*INSTALLED_APPS, "shop.blog"]`,
  "names put into texts": `ROOT = os.path.basename(x) or "y"
PROJECT = "shop"
INSTALLED_APPS = ['%s.users' % PROJECT, '%(PROJECT)s.cart' % locals(), f"{PROJECT}.blog"]`,
  "format and a loop": `P = "shop"
INSTALLED_APPS = ["{}.users".format(P), "{p}.cart".format(p=P)] + ["shop.%s" % a for a in ("blog",)]`,
  "names in names": `PREFIX = "sh" + "op"
INSTALLED_APPS = [PREFIX + ".users", "shop" ".cart", PREFIX + "." + "blog"]`,
  "a class with a method": `class Base(Settings):
    @property
    def INSTALLED_APPS(self):
        apps = ["shop.users"]
        apps.append("shop.cart")
        if ext:
            apps.insert(0, "shop.blog")
        return apps`,
  "a class with a list": `class Base(Configuration):
    INSTALLED_APPS = ["shop.users"]
class Dev(Base):
    INSTALLED_APPS = Base.INSTALLED_APPS + ["shop.cart", "shop.blog"]`,
  "a function": `def apps():
    return ["shop.users"] + extra()
def extra():
    return ("shop.cart", "shop.blog")
INSTALLED_APPS = apps()`,
  "a function of others": `INSTALLED_APPS = sorted(set(filter(None, ["shop.users", "shop.cart", "shop.blog"])))`,
  either: `INSTALLED_APPS = ["shop.users"] if DEBUG else ["shop.cart"]
INSTALLED_APPS.extend(["shop.blog"])`,
  "the environment": `INSTALLED_APPS = env.list("APPS", default=["shop.users", "shop.cart", "shop.blog"])`,
  AppConfigs: `INSTALLED_APPS = ["shop.users.apps.UsersConfig", "shop.cart.apps.Cart", "shop.blog.config.BlogConfig"]`,
  "one that calls itself": `def INSTALLED_APPS(self):
    return INSTALLED_APPS() + ["shop.users", "shop.cart", "shop.blog"]`,
};

for (const [name, settings] of Object.entries(shapes)) {
  test(`INSTALLED_APPS is read from ${name}`, async () => {
    const files = { ...apps, "shop/settings.py": settings };
    assert.deepEqual(await unitsIn(files), [
      "blog=shop/blog",
      "cart=shop/cart",
      "users=shop/users",
    ]);
  });
}

test("a unit has the line of the settings that made it one", async () => {
  const project = await findIn({
    ...apps,
    "shop/settings.py": `INSTALLED_APPS = [\n  "shop.users",\n\n  # no\n  "shop.cart", "shop.blog"]`,
  });
  assert.deepEqual(
    project?.units.map(({ because }) => `${because.file}:${because.line}`),
    ["shop/settings.py:5", "shop/settings.py:5", "shop/settings.py:2"],
  );
});

test("settings of several files are read together", async () => {
  const files = {
    ...apps,
    ...packages("conf"),
    "conf/settings/__init__.py": "from .local import *",
    "conf/settings/base.py": `APPS = ["shop.users"]\nINSTALLED_APPS = APPS`,
    "conf/settings/local.py": `from .base import *\nINSTALLED_APPS += ["shop.cart"]`,
    "conf/settings/prod.py": `from conf.settings.base import APPS\nINSTALLED_APPS = APPS + ["shop.blog"]`,
    "conf/settings/test.py": `INSTALLED_APPS = ["shop"]`,
    "manage.py": "",
  };
  assert.deepEqual(await unitsIn(files), ["blog=shop/blog", "cart=shop/cart", "users=shop/users"]);
  const project = await findIn(files);
  assert.deepEqual(
    project?.own.filter((file) => /base|local|manage/.test(file)),
    ["conf/settings/base.py", "conf/settings/local.py", "manage.py"],
  );
});

test("a class of settings has what its parent of another file has", async () => {
  const files = {
    ...apps,
    "shop/settings/base.py": `class Base(Settings):
    @property
    def INSTALLED_APPS(self):
        return ["shop.users", "shop.cart"]`,
    "shop/settings/dev.py": `from .base import Base
class Dev(Base):
    @property
    def INSTALLED_APPS(self):
        apps = super().INSTALLED_APPS
        apps.append("shop.blog")
        return apps`,
  };
  assert.equal((await unitsIn(files)).length, 3);
});

test("short names are found through sys.path, and two apps of one name are told apart", async () => {
  const files = {
    ...packages("apps", "apps/users", "apps/stats", "apps/paypal", "mkt", "mkt/stats", "mkt/shop"),
    "manage.py": `site.addsitedir(path("apps"))`,
    "settings.py": `INSTALLED_APPS = ("users", "stats", "mkt.stats", "mkt.shop", "taggit", "shop")`,
  };
  assert.deepEqual(await unitsIn(files), [
    "stats=apps/stats",
    "users=apps/users",
    "shop=mkt/shop",
    "mkt.stats=mkt/stats",
  ]);
});

test("a package next to three apps is one too, with a name like theirs", async () => {
  const files = {
    ...packages("apps", "apps/users", "apps/cart", "apps/blog", "apps/paypal", "apps/tests"),
    "apps/static/x.py": "",
    "manage.py": `sys.path.insert(0, os.path.join(ROOT, "apps"))`,
    "settings.py": `INSTALLED_APPS = ("users", "cart", "blog")`,
  };
  const project = await findIn(files);
  const paypal = project?.units.find(({ name }) => name === "paypal");
  assert.equal(project?.units.length, 4);
  assert.deepEqual(paypal?.modules, ["paypal", "apps.paypal"]);
});

test("without settings, folders with models or an AppConfig are apps", async () => {
  const files = {
    "a/models.py": "class A(models.Model): pass",
    "b/models/__init__.py": "",
    "b/models/thing.py": "class B(models.Model): pass",
    "c/apps.py": `class C(AppConfig):\n    name = "acme.c"\n    label = "see"`,
    "d/thing.py": "",
  };
  const project = await findIn(files);
  assert.deepEqual(
    project?.units.map(({ name, label, path }) => [name, label, path]),
    [
      ["a", undefined, "a"],
      ["b", undefined, "b"],
      ["c", "see", "c"],
    ],
  );
  assert.equal(project?.problems.length, 1);
  assert.equal(await findIn({ "a/models.py": "class A(models.Model): pass" }), undefined);
  assert.equal(await findIn({ "a/x.py": "import os" }), undefined);
});

test("without settings, a class of another library in an apps.py makes no app", async () => {
  const files = (base: string) => ({
    "a/apps.py": `class One(${base}):\n    name = "one"`,
    "b/apps.py": `class Two(${base}):\n    name = "two"`,
  });
  assert.equal(await findIn(files("Menu")), undefined);
  assert.equal((await findIn(files("OwnConfig")))?.units.length, 2);
});

test("what is in every request has the settings' line", async () => {
  const project = await findIn({
    ...apps,
    "shop/settings.py": `INSTALLED_APPS = ["shop.users", "shop.cart", "shop.blog"]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    # "shop.blog.middleware.Off",
    "shop.users.middleware.Session",
]
AUTHENTICATION_BACKENDS = ("shop.cart.auth.Backend",)
TEMPLATES = [{"OPTIONS": {"context_processors": [
    "shop.blog.context.latest"]}}]
AUTH_USER_MODEL = "users.User"
DATABASES = {"default": {"ATOMIC_REQUESTS": True}}
`,
  });
  assert.deepEqual(
    project?.inEveryRequest.map(({ unit, at }) => `${unit} ${at.line}`),
    ["users 5", "cart 7", "blog 9"],
  );
  assert.equal(project?.userModel, "users.User");
  assert.equal(project?.atomicRequests?.line, 11);
});

test("requests are one transaction when an entry of DATABASES says so", async () => {
  const atomic = async (lines: string) => {
    const text = `INSTALLED_APPS = ["shop.users"]\n${lines}`;
    const project = await findIn({ ...apps, "shop/settings.py": text });
    const problem = project?.problems.find((one) => one.includes("ATOMIC_REQUESTS"));
    return project?.atomicRequests?.line ?? /:(\d+ has no effect)/.exec(problem ?? "")?.[1];
  };
  const cases: readonly (readonly [string, number | string | undefined])[] = [
    ["", undefined],
    ["# ATOMIC_REQUESTS = True", undefined],
    [`X = "ATOMIC_REQUESTS = True"`, undefined],
    ["ATOMIC_REQUESTS = False", undefined],
    ["ATOMIC_REQUESTS = True", "2 has no effect"],
    [`ATOMIC_REQUESTS = config("X", default=True)`, "2 has no effect"],
    ["class Base(Settings):\n    ATOMIC_REQUESTS: bool = True", "3 has no effect"],
    [`DATABASES = {"default": {\n  "ATOMIC_REQUESTS":\n    True, "X": 1}}`, 3],
    [`DATABASES = {"default": {"ATOMIC_REQUESTS": False, "X": True}}`, undefined],
    [`DATABASES = {"default": dict(ENGINE="x", ATOMIC_REQUESTS=True)}`, 2],
    [`DATABASES["default"]["ATOMIC_REQUESTS"] = True`, 2],
    [`DATABASES["default"]["ATOMIC_REQUESTS"] = config("X", default=True)`, 2],
    [`DATABASES["default"]["ATOMIC_REQUESTS"] = env.bool("X", True)`, 2],
    [`DATABASES["default"]["ATOMIC_REQUESTS"] = env.bool("X", False)`, undefined],
    [`DATABASES["default"].setdefault("ATOMIC_REQUESTS", True)`, 2],
    [`DATABASES["default"].update({"ATOMIC_REQUESTS": x or True})`, 2],
    [`ATOMIC_REQUESTS = True\nDATABASES = {"a": {"ATOMIC_REQUESTS": ATOMIC_REQUESTS}}`, 3],
    [`A = B\nB = A\nDATABASES = {"a": {"ATOMIC_REQUESTS": A}}`, undefined],
    [`def f(self):\n    return {"a": {"ATOMIC_REQUESTS": True}}`, 3],
    [`MIDDLEWARE_CLASSES = ("a.TransactionMiddleware",)`, 2],
  ];
  for (const [lines, line] of cases) assert.equal(await atomic(lines), line, lines);
});

test("a database that stands in a file which settings import is theirs", async () => {
  const project = await findIn({
    ...apps,
    "shop/settings/base.py": `from .config_db import *\nINSTALLED_APPS = ["shop.users"]`,
    "shop/settings/config_db.py": `\nDATABASES = {"default": {"ATOMIC_REQUESTS": 1}}`,
  });
  assert.deepEqual(project?.atomicRequests, { file: "shop/settings/config_db.py", line: 2 });
});

test("settings that say it 100,000 times, one in the other, are read in no time", async () => {
  const many = `"ATOMIC_REQUESTS": f(`.repeat(50_000) + `"ATOMIC_REQUESTS": x `.repeat(50_000);
  const before = process.cpuUsage().user;
  await findIn({ ...apps, "shop/settings.py": `INSTALLED_APPS = ["shop.users"]\nX = {${many}` });
  assert.ok((process.cpuUsage().user - before) / 1e6 < 5);
});

test("settings that would not end are given up", async () => {
  const doubled = Array.from({ length: 60 }, () => "A = A + A\nB = B + B").join("\n");
  const called = Array.from(
    { length: 60 },
    (_, index) => `def f${index + 1}():\n    return f${index}() + f${index}()`,
  ).join("\n");
  const loops = "[" + "[".repeat(20) + "x" + " for x in A]".repeat(20) + "]";
  const deep = "(".repeat(100_000);
  const settings = `A = ["a"]\nB = "b"\n${doubled}\ndef f0():\n    return A\n${called}
C = f60() + ${loops}\nINSTALLED_APPS = C + ["shop.users", "shop.cart", "shop.blog"]\nD = ${deep}`;
  const before = process.cpuUsage().user;
  const units = await unitsIn({
    ...apps,
    "shop/settings.py": settings,
    "shop/settings/base.py": `INSTALLED_APPS = ["shop.users", "shop.cart", "shop.blog"]`,
  });
  assert.equal(units.length, 3);
  assert.ok((process.cpuUsage().user - before) / 1e6 < 5);
});

test("what settings add in a line with its condition are apps too", async () => {
  assert.deepEqual(
    await unitsIn({
      ...packages("a", "b", "c"),
      "settings.py": `INSTALLED_APPS = ["a"]
if DEBUG: INSTALLED_APPS += ["b"]
else: INSTALLED_APPS.append("c")`,
    }),
    ["a=a", "b=b", "c=c"],
  );
});
