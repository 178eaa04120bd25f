import assert from "node:assert/strict";
import { test } from "node:test";
import { readPython } from "../../../src/where-to-start/python/read.ts";
import { readTemplate } from "../../../src/where-to-start/python/template.ts";

const read = (text: string, file = "shop/models.py") => readPython(file, text);
const hiddenOf = (text: string) =>
  read(text).hidden.map(({ kind, what, line }) => `${line} ${kind} ${what}`);
const outsideOf = (text: string) => read(text).outside.map(({ kind, what }) => `${kind} ${what}`);

test("Python 2 is read like Python 3", () => {
  const { imports, exports, problems } = read(
    "import a\nprint 'x', `y`\nexec 'import no'\ntry:\n  raise A, 'b'\nexcept B, c:\n  import d\n" +
      "x = ur'import no' <> 0777L\ndef f((a, b), c=1): pass\nfrom e import f\n",
  );
  assert.deepEqual(
    imports.map(({ from }) => from),
    ["a", "d", "e"],
  );
  assert.equal(exports.find(({ is }) => is === "function")?.parameters, "((a, b), c=1)");
  assert.deepEqual(problems, []);
});

test("Python 3.14 is read: quotes of the same kind in f-strings, t-strings, type parameters", () => {
  const { imports, exports, problems } = read(
    'x = f"{a["import no"]} {f"{b["c"]}"}"\ny = t"{x:{"import no"}}"\nimport z\n' +
      "class A[T: (int, str)](Base[T]): pass\ndef f[T](a: T) -> T: ...\ntype B[T] = list[T]\n" +
      "try:\n  pass\nexcept A, B:\n  import c\n",
  );
  assert.deepEqual(
    imports.map(({ from }) => from),
    ["z", "c"],
  );
  assert.equal(exports.find(({ name }) => name === "f")?.parameters, "(a: T)");
  assert.deepEqual(problems, []);
});

test("a bracket or a string without its end costs its statement and is told", () => {
  const { imports, problems } = read(
    "x = foo(\nimport a\ny = 'abc\nfrom b import c\nz = f'{x\nimport d\n",
  );
  assert.deepEqual(
    imports.map(({ from, line }) => [from, line]),
    [
      ["a", 2],
      ["b", 4],
      ["d", 6],
    ],
  );
  assert.deepEqual(
    problems.map(({ line }) => line),
    [1, 3, 5],
  );
});

test("names that an import gets here are known", () => {
  const { imports } = read("from a import b as c, d\nimport e.f as g\nimport h");
  assert.deepEqual(
    imports.map(({ here }) => here),
    [["c", "d"], ["g"], undefined],
  );
});

test("models are told from other classes", () => {
  const { models, exports, foreignKeys } = read(`
from django.db import models
from cms.models import Managed
from pydantic import BaseModel
class Base(models.Model):
    class Meta:
        abstract = True
class A(Base): pass
class B(Managed):
    name = models.CharField()
class C(Managed): pass
class D(BaseModel): pass
class E(models.Manager): pass
class F(models.TextChoices): pass
class G(forms.ModelForm): pass
class H(SeoModel, Other): pass
class I(object): pass
class J(SlugMixin):
    class Meta: ordering = []
`);
  assert.deepEqual(
    models.map(({ name }) => name),
    ["A", "B", "H", "J"],
  );
  assert.equal(exports.find(({ name }) => name === "Base")?.is, "class");
  assert.deepEqual(foreignKeys, []);
});

test("a user model is known under the names that a file gives it", () => {
  const { foreignKeys } = read(`
User = get_user_model()
OWNER = getattr(settings, "AUTH_USER_MODEL", "auth.User")
class A(models.Model):
    a = models.ForeignKey(User)
    b = models.ForeignKey(OWNER)
    c = models.ForeignKey(get_user_model(), related_name="x")
    d = models.ForeignKey(django_settings.AUTH_USER_MODEL)
    e = models.ForeignKey('%s.User' % APP)
`);
  const user = "settings.AUTH_USER_MODEL";
  assert.deepEqual(
    foreignKeys.map(({ to }) => to),
    [user, user, user, user, "'%s.User' % APP"],
  );
});

test("look-ups count when they may go through a relation", () => {
  assert.deepEqual(
    hiddenOf(`a.filter(owner__name__icontains=1, name__icontains=2, owner__id=3, plain=4)
b.order_by("-owner__name", "name").values("x__y").select_related("owner", "team__lead")
c.get("owner__name")
Q(a__b=1) | Count("c__d")`),
    [
      "1 look-up owner__name__icontains",
      "2 look-up owner__name",
      "2 look-up x__y",
      "2 look-up owner",
      "2 look-up team__lead",
      "4 look-up a__b",
      "4 look-up c__d",
    ],
  );
});

test("transactions, signals, tasks", () => {
  assert.deepEqual(
    hiddenOf(`@transaction.atomic
def f():
    with atomic(), x: pass
    atomic = 3
@commit_on_success
def g(): stack.enter(transaction.atomic())
@receiver(post_save, sender=User)
def h(): pass
@receiver(paid)
def i(): pass
post_delete.connect(h, sender="shop.Order")
socket.connect(address)
order_done.send(sender=self.__class__)
app.send_task("mail.tasks.welcome")
BEAT = {"x": {"task": "mail.tasks.digest", "schedule": 3}}`),
    [
      "1 transaction transaction.atomic",
      "3 transaction atomic",
      "5 transaction commit_on_success",
      "6 transaction transaction.atomic",
      "7 signal User",
      "9 signal paid",
      "11 signal shop.Order",
      "13 signal order_done",
      "14 task mail.tasks.welcome",
      "15 task mail.tasks.digest",
    ],
  );
});

test("routes, permissions, models by name, tables", () => {
  assert.deepEqual(
    hiddenOf(`reverse("shop:cart"); redirect("/x/"); redirect("home")
p = "shop.add_order"; user.has_perm("shop.refund")
apps.get_model("shop", "Order"); get_model("shop.Item")
ContentType.objects.get(app_label="shop", model="order"); ContentType.objects.get_for_model(Order)
cursor.execute("SELECT * FROM shop_order JOIN users_user ON 1")`),
    [
      "1 url shop:cart",
      "1 url home",
      "2 permission shop.add_order",
      "2 permission shop.refund",
      "3 model by name shop.Order",
      "3 model by name shop.Item",
      "4 model by name shop.order",
      "4 model by name Order",
      "5 join shop_order",
      "5 join users_user",
    ],
  );
});

test("tasks and routes have names that others may use", () => {
  const { declared } = read(`
@shared_task(name="mail.send")
def a(): pass
@app.task
def b(): pass
urlpatterns = [path("x/", view, name="cart"), url(r"^$", view)]
class ShopConfig(AppConfig):
    name = "acme.shop"
    label = "store"
`);
  assert.deepEqual(
    declared?.map(({ kind, what }) => `${kind} ${what}`),
    ["task mail.send", "task b", "url cart", "app name acme.shop", "app label store"],
  );
});

test("the world outside: settings, the environment, hosts, libraries", () => {
  assert.deepEqual(
    outsideOf(`import os, stripe.error, StringIO, tomllib
from django.conf import settings
from . import x
settings.STRIPE_KEY; settings.DEBUG; self.settings.NO; settings.SESSION_COOKIE_AGE
getattr(settings, "STRIPE_SECRET", None)
os.environ["A_KEY"]; os.environ.get("B_KEY"); os.getenv("C_KEY"); env.bool("D_KEY"); config("E_KEY", default=1)
a = "https://api.Stripe.com/v1"; b = "http://localhost:80 http://example.com http://www.w3.org/x http://{host}/"
c = f"https://hooks.slack.com/{x} and https://api.{domain}/"; d = "https://%s.zendesk.com" "https://a.%s"`),
    [
      "library stripe",
      "library django",
      "setting STRIPE_KEY",
      "setting STRIPE_SECRET",
      ...["A_KEY", "B_KEY", "C_KEY", "D_KEY", "E_KEY"].map((name) => `setting ${name}`),
      "host api.stripe.com",
      "host hooks.slack.com",
    ],
  );
});

test("lines that are neither empty nor only a comment are counted", () => {
  assert.equal(read("# a\n\nx = 1 # b\n'''\na\n\nb'''\n(\n# c\n)\n").lines, 6);
});

test("kinds of files are known by their names and first lines", () => {
  const kinds = (file: string, text = "") => {
    const { isTest, isMigration, isGenerated } = readPython(file, text);
    return [isTest, isMigration, isGenerated];
  };
  assert.deepEqual(kinds("a/tests/factories.py"), [true, false, false]);
  assert.deepEqual(kinds("a/test_b.py"), [true, false, false]);
  assert.deepEqual(kinds("a/contest.py"), [false, false, false]);
  assert.deepEqual(kinds("a/migrations/0001_initial.py"), [false, true, false]);
  assert.deepEqual(kinds("a/b_pb2.py"), [false, false, true]);
  assert.deepEqual(kinds("a/b.py", "# Code is auto-generated. DO NOT EDIT\n"), [
    false,
    false,
    true,
  ]);
});

test("templates name routes, tag libraries and permissions", () => {
  const { hidden, lines } = readTemplate(
    "a.html",
    `{% load shop_tags i18n %}\n\n{% load x from cart_tags %}<a href="{% url 'shop:cart' id=1 %}">\n{{ url("home") }} {% if perms.shop.add_order %}`,
  );
  assert.deepEqual(
    hidden.map(({ what, line }) => `${line} ${what}`),
    ["1 shop_tags", "1 i18n", "3 cart_tags", "3 shop:cart", "4 home", "4 shop.add_order"],
  );
  assert.equal(lines, 3);
});
