import assert from "node:assert/strict";
import { test } from "node:test";
import { packages, resolveIn } from "./project.ts";

const settings = `INSTALLED_APPS = ["shop.users", "shop.cart", "shop.blog"]\nAUTH_USER_MODEL = "users.User"`;
const project = {
  ...packages("shop", "shop/users", "shop/cart", "shop/blog"),
  "shop/settings.py": settings,
  "shop/users/models.py": "class User(AbstractUser): pass\nclass Team(models.Model): pass",
};

async function importsOf(file: string, text: string): Promise<string[]> {
  const { imports } = await resolveIn({ ...project, [file]: text });
  return imports.map(({ line, to, names, isModel, isType }) =>
    [line, to, names.join("+"), isModel ? "model" : "", isType ? "type" : ""].join(" ").trim(),
  );
}

test("an import leads to the unit of the longest name", async () => {
  assert.deepEqual(
    await importsOf(
      "shop/cart/views.py",
      `import shop.users.views
from shop import users, blog, cart
from shop.users.models import User
from ..blog import posts
from . import forms
from ...outside import x
from shop.cart.models import *
import django.shop.users
from shop.users import models`,
    ),
    [
      "1 users",
      "2 users users",
      "2 blog blog",
      "3 users User model",
      "4 blog posts",
      "9 users models model",
    ],
  );
});

test("imports for types alone are told", async () => {
  assert.deepEqual(
    await importsOf("shop/cart/a.py", "if TYPE_CHECKING:\n  from shop.users.models import User"),
    ["2 users User model type"],
  );
});

test("short names: a neighbour of the file first, then the app; of two apps the nearest", async () => {
  const { imports } = await resolveIn({
    ...packages("apps", "apps/users", "apps/forms", "apps/stats", "mkt", "mkt/stats", "mkt/shop"),
    "apps/users/forms.py": "",
    "apps/users/views.py": "import forms\nfrom stats import x\nfrom forms import y",
    "mkt/shop/views.py": "from forms import z\nfrom mkt.stats import x",
    "manage.py": `sys.path.append("apps")`,
    "settings.py": `INSTALLED_APPS = ("users", "forms", "stats", "mkt.stats", "mkt.shop")`,
  });
  assert.deepEqual(
    imports.map(({ file, to, line }) => `${file}:${line} ${to}`),
    ["apps/users/views.py:2 stats", "mkt/shop/views.py:1 forms", "mkt/shop/views.py:2 mkt.stats"],
  );
});

test("a foreign key leads to the unit that has the rows", async () => {
  const { keys } = await resolveIn({
    ...project,
    "shop/cart/models.py": `from shop.users.models import Team as Group
from shop.users import models as people
from shop.blog.models import *
class Own(models.Model): pass
class Cart(models.Model):
    a = models.ForeignKey("users.Team")
    b = models.ForeignKey(Group)
    c = models.ForeignKey(people.Team)
    d = models.ForeignKey(settings.AUTH_USER_MODEL)
    e = models.ForeignKey("self")
    f = models.ForeignKey(Own)
    g = models.ForeignKey("Later")
    h = models.ForeignKey("users.User")
    i = models.OneToOneField(Post)
    j = models.ForeignKey("contenttypes.ContentType")
    k = GenericForeignKey()
    l = models.ManyToManyField(get_user_model())
class Later(models.Model): pass`,
    "shop/blog/models.py": "class Post(models.Model): pass",
  });
  assert.deepEqual(
    keys.map(({ field, to, isUser }) => `${field} ${to}${isUser ? " user" : ""}`),
    ["a users", "b users", "c users", "d users user", "h users user", "i blog", "l users user"],
  );
});

test("columns are given out as Django does it", async () => {
  // What Django 5.2 itself answers for these classes.
  const { keys, files } = await resolveIn({
    ...packages("a", "b", "u"),
    "settings.py": `INSTALLED_APPS = ["a", "b", "u"]`,
    "u/models.py": "class User(models.Model): pass",
    "a/models.py": `class Plain:
    plain = models.ForeignKey("u.User")
class Root(models.Model):
    root = models.ForeignKey("u.User")
    near = models.ForeignKey("Near")
    class Meta: abstract = True
class Left(Root):
    left = models.ForeignKey("u.User")
    class Meta: abstract = True
class Right(Root):
    right = models.ManyToManyField("u.User")
    class Meta(Root.Meta): abstract = True
class Near(models.Model): pass
class Page(models.Model):
    owner = models.ForeignKey("u.User")
class AbstractPage(Page):
    class Meta: abstract = True
class Proxy(Page):
    class Meta: proxy = True
class Hides:
    left = None`,
    "b/models.py": `from a.models import *
from a import models as am
class Near(models.Model): pass
class Dia(Left, Right): pass
class Over(Left):
    root = None
class Over2(Left):
    def left(self): pass
class Over3(Hides, Left): pass
class Over4(Left, Hides): pass
class OverSub(Over): pass
class Mix(Plain, models.Model): pass
class Special(Page): pass
class Special2(AbstractPage): pass
class Special3(Proxy): pass
class Own(Page):
    link = models.OneToOneField(Page, parent_link=True)
class Prox(am.Page):
    class Meta: proxy = True
class FieldOver(Left):
    left = models.ForeignKey("a.Near")
class Both(Page, Near): pass
class Deep(Special): pass
class Meta2(Left):
    class Meta(Left.Meta): pass
class Special(Special): pass`,
  });
  assert.deepEqual(
    keys.map(
      ({ from, line, to, source }) => `${from} ${line} ${source.owner}.${source.field} ${to}`,
    ),
    [
      "a 15 Page.owner u",
      "b 4 Dia.left u",
      "b 4 Dia.root u",
      "b 4 Dia.right u",
      "b 5 Over.left u",
      "b 7 Over2.root u",
      "b 9 Over3.root u",
      "b 10 Over4.left u",
      "b 10 Over4.root u",
      "b 13 Special.page_ptr a",
      "b 14 Special2.page_ptr a",
      "b 15 Special3.page_ptr a",
      "b 17 Own.link a",
      "b 20 FieldOver.root u",
      "b 21 FieldOver.left a",
      "b 22 Both.page_ptr a",
      "b 24 Meta2.left u",
      "b 24 Meta2.root u",
    ],
  );
  assert.equal(
    keys.find(({ source }) => source.owner === "Dia" && source.field === "root")?.source.to,
    "u.User, by Root in a/models.py:4",
  );
  // Without a field of its own a class is a model by what another file says.
  const models = files.get("b/models.py")?.models.map(({ name }) => name) ?? [];
  for (const name of ["Dia", "Over3", "Special", "Deep"]) assert.ok(models.includes(name), name);
});

test("classes that inherit in circles, and long chains, come to an end", async () => {
  const chain = Array.from(
    { length: 3000 },
    (_, index) => `class C${index + 1}(C${index}):\n    k${index} = models.ForeignKey("b.B")`,
  );
  const { keys } = await resolveIn({
    ...packages("a", "b", "c"),
    "settings.py": `INSTALLED_APPS = ["a", "b", "c"]`,
    "a/models.py": "from b.models import B\nclass A(B):\n    x = models.ForeignKey('c.C')",
    "b/models.py": "from a.models import A\nclass B(A):\n    y = models.ForeignKey('c.C')",
    "c/models.py": ["class C0(models.Model): pass", ...chain].join("\n"),
  });
  assert.equal(keys.filter(({ from }) => from === "c").length, 3000);
  assert.ok(keys.some(({ field }) => field === "x"));
});

test("of modules that take all of each other both have all, whoever is asked first", async () => {
  for (const [first, second] of ["ab", "ba"]) {
    const { keys } = await resolveIn({
      ...packages("core", "users", "aaa", "zeta"),
      "settings.py": `INSTALLED_APPS = ["users", "aaa", "zeta"]`,
      "core/a.py": "from core.b import *",
      "core/b.py": "from core.a import *\nfrom core.c import *",
      "core/c.py": `class Base(models.Model):
    user = models.ForeignKey("users.User")
    class Meta:
        abstract = True`,
      "users/models.py": "class User(models.Model): pass",
      "aaa/models.py": `from core.${first} import Base\nclass Q(Base): pass`,
      "zeta/models.py": `from core.${second} import Base\nclass Z(Base): pass`,
    });
    assert.deepEqual(
      keys.map(({ from, to, field }) => `${from}>${to} ${field}`),
      ["aaa>users user", "zeta>users user"],
    );
  }
});

test(
  "more inherited keys than anybody wrote do not end the reading",
  { timeout: 30_000 },
  async () => {
    const fields = Array.from(
      { length: 1000 },
      (_, index) => `    f${index} = models.ForeignKey("b.B")`,
    );
    const heirs = Array.from({ length: 15_000 }, (_, index) => `class A${index}(Root): pass`);
    const { keys, problems } = await resolveIn({
      ...packages("a", "b"),
      "settings.py": `INSTALLED_APPS = ["a", "b"]`,
      "a/models.py": [
        "class Root(models.Model):",
        ...fields,
        "    class Meta:\n        abstract = True",
        ...heirs,
      ].join("\n"),
      "b/models.py": "class B(models.Model): pass",
    });
    assert.equal(keys.length, 100_000);
    assert.match(problems.join(" "), /100,000 are counted: there are more/);
  },
);

test("a look-up finds the way back of an inherited key by the name of the heir", async () => {
  const { hidden } = await resolveIn({
    ...project,
    "shop/blog/models.py": `class Signed(models.Model):
    team = models.ForeignKey("users.Team", related_name="%(app_label)s_%(class)s_teams")
    class Meta:
        abstract = True`,
    "shop/cart/models.py": "from shop.blog.models import Signed\nclass Cart(Signed): pass",
    "shop/users/views.py": "Team.objects.filter(cart_cart_teams__id=1, cart_cart_teams__name=1)",
  });
  assert.deepEqual(
    hidden.map(({ from, to, kind }) => `${from} ${kind} ${to}`),
    ["users look-up cart"],
  );
});

test("many to many through a model has no table: that model's keys count", async () => {
  const { keys, hidden } = await resolveIn({
    ...project,
    "shop/cart/models.py": `class Cart(models.Model):
    a = models.ManyToManyField("users.Team", through="Seat")
    b = models.ManyToManyField("users.Team", related_name="+", through=Seat)
    c = models.ManyToManyField("users.Team", through=None)
class Heir(Cart):
    class Meta:
        abstract = True
class Seat(models.Model):
    cart = models.ForeignKey(Cart)
    team = models.ForeignKey("users.Team")`,
    "shop/cart/views.py": `Cart.objects.filter(a__name="x")`,
  });
  assert.deepEqual(
    keys.map(({ field }) => field),
    ["c", "team"],
  );
  // Queries go along it all the same.
  assert.deepEqual(
    hidden.map(({ kind, to, what }) => `${kind} ${to} ${what}`),
    ["look-up users a__name"],
  );
});

test("a foreign key to a model that settings choose leads to that model", async () => {
  const { keys, userKeys } = await resolveIn({
    ...project,
    "shop/settings.py": `${settings}
TEAM_MODEL = "users.Team"
OWNER_MODEL = env("OWNER_MODEL", "users.User")
OTHER_MODEL = "library.Thing"
STAFF_MODEL = "auth.User"`,
    "shop/cart/models.py": `from django.conf import settings
class Cart(models.Model):
    a = models.ForeignKey(settings.TEAM_MODEL)
    b = models.ForeignKey(to=settings.OWNER_MODEL)
    c = models.ForeignKey(getattr(settings, "TEAM_MODEL", "cart.Cart"))
    d = models.ForeignKey(getattr(settings, 'POST_MODEL', 'blog.Post'))
    e = models.ForeignKey(settings.OTHER_MODEL)
    f = models.ForeignKey(settings.UNSAID_MODEL)
    g = models.ForeignKey(settings.__proto__)
    h = models.ForeignKey(settings.STAFF_MODEL)`,
  });
  assert.deepEqual(
    keys.map(({ field, to, isUser }) => `${field} ${to}${isUser ? " user" : ""}`),
    ["a users", "b users user", "c users", "d blog"],
  );
  assert.deepEqual(
    userKeys.map(({ field, to }) => `${field} ${to}`),
    ["h auth"],
  );
});

test("foreign keys to Django's own user lead out of all units", async () => {
  const { keys, userKeys } = await resolveIn({
    ...packages("a", "b", "c"),
    "settings.py": `INSTALLED_APPS = ["a", "b", "c"]`,
    "a/models.py": `from django.contrib.auth.models import User as U
class A(models.Model):
    a = models.ForeignKey(U)
    b = models.ForeignKey("auth.User")
    c = models.ForeignKey(settings.AUTH_USER_MODEL)`,
  });
  assert.deepEqual(keys, []);
  assert.deepEqual(
    userKeys.map(({ field, to, isUser }) => `${field} ${to} ${isUser}`),
    ["a auth true", "b auth true", "c auth true"],
  );
});

test("a generic foreign key leads to any model, its relation to the model that has it", async () => {
  const { keys, userKeys } = await resolveIn({
    ...packages("auth", "a", "b"),
    "settings.py": `INSTALLED_APPS = ["auth", "a", "b"]`,
    "auth/models.py": "class Team(models.Model): pass",
    "a/models.py": `from django.contrib.contenttypes.fields import GenericForeignKey as Any
class Flag(models.Model):
    content_type = models.ForeignKey(ContentType)
    what = Any("content_type", "object_id")
    other = generic.GenericForeignKey(ct_field="kind")
    plain = GenericForeignKey()
    team = models.ForeignKey("auth.Team")
class Signed(models.Model):
    by = Any("by_type", "by_id")
    class Meta:
        abstract = True`,
    "b/models.py": `from a.models import Signed
class Note(Signed):
    flags = GenericRelation("a.Flag")
    own = GenericRelation("Note")`,
  });
  // A unit that is called as Django's own app is one.
  assert.deepEqual(
    keys.map(({ from, field, to, kind }) => `${from} ${field} ${kind} ${to}`),
    ["a team foreign key auth", "b flags generic a"],
  );
  assert.deepEqual(
    userKeys.map(({ from, line, to, source }) => `${from} ${line} ${to} ${source.to}`),
    [
      "a 4 contenttypes any model, by content_type",
      "a 5 contenttypes any model, by kind",
      "a 6 contenttypes any model, by content_type",
      "b 2 contenttypes any model, by by_type, by Signed in a/models.py:9",
    ],
  );
});

test("labels of AppConfigs name the unit in foreign keys", async () => {
  const { keys } = await resolveIn({
    ...project,
    "shop/users/apps.py": `class UsersConfig(AppConfig):\n    name = "shop.users"\n    label = "people"`,
    "shop/cart/models.py": `class Cart(models.Model):\n    a = models.ForeignKey("people.Team")`,
  });
  assert.deepEqual(
    keys.map(({ to }) => to),
    ["users"],
  );
});

test("a label is read whatever the base of the AppConfig is called", async () => {
  const bases = {
    "an alias": "from django.apps import AppConfig as Base",
    "a base of the project": "from shop.core.apps import Base",
    "a base of a library": "from acme import Base",
  };
  for (const [name, taken] of Object.entries(bases)) {
    const { keys } = await resolveIn({
      ...project,
      "shop/settings.py": settings.replace("users.User", "people.User"),
      "shop/core/apps.py": "class Base(AppConfig): pass",
      "shop/users/apps.py": `${taken}
class Kind(Enum):
    label = "kind"
class Users(Base):
    name = "shop.users"
    label = "people"`,
      "shop/cart/models.py": `class Cart(models.Model):
    a = models.ForeignKey("people.Team")
    b = models.ForeignKey("users.Team")
    c = models.ForeignKey(settings.AUTH_USER_MODEL)`,
    });
    assert.deepEqual(
      keys.map(({ field, to }) => `${field} ${to}`),
      ["a users", "c users"],
      name,
    );
  }
});

test("two apps of one last name are told apart by their labels", async () => {
  const { hidden } = await resolveIn({
    ...packages("acme", "acme/shop", "acme/desk", "acme/desk/shop", "acme/mail"),
    "settings.py": `INSTALLED_APPS = ["acme.shop", "acme.desk.shop", "acme.mail"]`,
    "acme/desk/shop/apps.py": `class ShopDesk(DeskConfig):
    name = "acme.desk.shop"
    label = "shop_desk"`,
    "acme/desk/shop/views.py": `get_model("shop", "Order")`,
    "acme/mail/views.py": `get_model("shop_desk", "Note")`,
  });
  assert.deepEqual(
    hidden.map(({ from, to }) => `${from} ${to}`),
    ["acme.desk.shop acme.shop", "mail acme.desk.shop"],
  );
});

test("what makes data for tests is no source, unless a source imports it", async () => {
  const factory = "import factory\nfrom shop.users.models import Team";
  const { files } = await resolveIn({
    ...project,
    "shop/cart/factories.py": `${factory}\nfrom shop.blog.making import Make`,
    "shop/cart/tests/test_a.py": "from shop.cart.factories import CartFactory",
    "shop/blog/making.py": factory,
    "shop/blog/factories.py": "class Shape: pass",
    "shop/blog/seed.py": "from faker import Faker\nfrom .names import name",
    "shop/blog/names.py": "import faker.providers",
    "shop/blog/views.py": "from shop.blog import seed\nfrom .factories import Shape",
    "shop/blog/management/commands/fill.py": "from faker import Faker",
  });
  const tests = [...files.values()].filter(({ isTest }) => isTest).map(({ file }) => file);
  assert.deepEqual(tests, [
    "shop/cart/factories.py",
    "shop/cart/tests/test_a.py",
    "shop/blog/making.py",
  ]);
});

test("ties by name lead to units", async () => {
  const { hidden } = await resolveIn({
    ...project,
    "shop/users/urls.py": `app_name = "people"\nurlpatterns = [path("x", v, name="profile")]`,
    "shop/users/tasks.py": `@shared_task(name="greet")\ndef f(): pass`,
    "shop/blog/models.py": `class Post(models.Model):\n    author = models.ForeignKey("users.Team", related_name="posts")`,
    "shop/cart/views.py": `from shop.users.models import Team
reverse("profile"); reverse("blog:post"); reverse("cart:own"); reverse("people:x")
send_task("greet"); send_task("shop.blog.tasks.x")
p = "blog.add_post"
get_model("users", "Team"); ContentType.objects.get_for_model(Team)
@receiver(post_save, sender=Team)
@transaction.atomic
def f(): Team.objects.filter(posts__title=1)
cursor.execute("SELECT x FROM users_team WHERE y")`,
    "shop/blog/views.py": `Post.objects.select_related("author")`,
  });
  assert.deepEqual(
    hidden.map(({ from, to, kind, line }) => `${from} ${line} ${kind} ${to}`),
    [
      "cart 2 url users",
      "cart 2 url blog",
      "cart 2 url users",
      "cart 3 task users",
      "cart 3 task blog",
      "cart 4 permission blog",
      "cart 5 model by name users",
      "cart 5 model by name users",
      "cart 6 signal users",
      "cart 7 transaction users",
      "cart 8 look-up blog",
      "cart 9 join users",
      "blog 1 look-up users",
    ],
  );
});

test("templates lead to units, and the project's own files are told apart", async () => {
  const { imports, hidden, ofProject } = await resolveIn({
    ...project,
    "shop/users/templatetags/people.py": "",
    "shop/cart/templates/a.html": `{% load people %}{% url 'users:x' %}{{ perms.blog.add_post }}`,
    "shop/cart/urls.py": `path("blog/", include(("shop.blog.urls", "blog")))\ninclude(router.urls)`,
    "shop/urls.py": `from shop.users import views\nfrom shop.blog.models import Post
path("", include("shop.users.urls"))\npath("", include("rest_framework.urls"))`,
    "templates/base.html": "{% load people %}",
  });
  assert.deepEqual(imports, []);
  assert.deepEqual(
    hidden.map(({ kind, to }) => `${kind} ${to}`),
    ["template users", "url users", "permission blog", "url blog"],
  );
  assert.deepEqual(
    ofProject.imports.map(({ from, to }) => `${from} ${to}`),
    ["the project users", "the project blog"],
  );
  assert.deepEqual(
    ofProject.hidden.map(
      ({ file, line, kind, to, what }) => `${file}:${line} ${kind} ${to} ${what}`,
    ),
    [
      "shop/urls.py:3 url users include(shop.users.urls)",
      "templates/base.html:1 template users people",
    ],
  );
});

test("modules of the code base are no libraries", async () => {
  const { files } = await resolveIn({
    ...project,
    "shop/cart/forms.py": "",
    "shop/cart/views.py": "import stripe\nimport shop.users\nimport forms",
  });
  const { outside } = files.get("shop/cart/views.py") ?? {};
  assert.deepEqual(
    outside?.map(({ what }) => what),
    ["stripe"],
  );
});
