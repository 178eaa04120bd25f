import assert from "node:assert/strict";
import { test } from "node:test";
import { packages, resolveIn } from "../project.ts";

const shop = {
  ...packages("people", "catalog", "orders"),
  "people/apps.py": `class PeopleConfig(AppConfig):\n    name = "people"\n    label = "folk"`,
  "people/models.py": "class Person(AbstractUser): pass\nclass Address(models.Model): pass",
  "catalog/models.py": "class Product(models.Model): pass",
  "catalog/signals.py": "sold = Signal()\nlost = Signal()",
};
const own = `INSTALLED_APPS = ["people", "catalog", "orders"]\n`;

async function tiesIn(text: string, settings = ""): Promise<string[]> {
  const file = "orders/receivers.py";
  const { hidden } = await resolveIn({ ...shop, "settings.py": own + settings, [file]: text });
  return hidden
    .filter((one) => one.file === file && one.kind !== "model by name")
    .map(({ line, kind, to, outside, what }) => `${line} ${kind} ${to ?? `(${outside})`} ${what}`);
}

const receivers = `from catalog.models import Product
from catalog.signals import sold, lost
from django.contrib.auth.models import User as Person
Address = apps.get_model("folk", "Address")
User = get_user_model()
@receiver([post_save, pre_delete], sender=Product)
def a(sender): pass
@receiver((post_save, pre_delete), sender=Address)
def b(sender): pass
@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def c(sender): pass
@receiver(post_save, sender=User)
def d(sender): pass
@receiver(post_save, sender=Person)
def e(sender): pass
@receiver([sold, lost])
def f(sender): pass
post_save.connect(a, Product)
post_save.connect(a, "catalog.Product", weak=False)
post_save.connect(a, get_user_model())
sold.connect(a)
socket.connect(address, Product)
sold.send(Product)`;

test("a receiver is tied to the unit of its sender, however that is written", async () => {
  assert.deepEqual(await tiesIn(receivers, `AUTH_USER_MODEL = "folk.Person"`), [
    "6 signal catalog Product",
    "8 signal people Address",
    "10 signal people settings.AUTH_USER_MODEL",
    "12 signal people settings.AUTH_USER_MODEL",
    "14 signal (auth) Person",
    "16 signal catalog sold",
    "16 signal catalog lost",
    "18 signal catalog Product",
    "19 signal catalog catalog.Product",
    "20 signal people settings.AUTH_USER_MODEL",
    "21 signal catalog sold",
    "23 signal catalog sold",
  ]);
});

test("signals of Django's own user lead out of all units", async () => {
  const ties = await tiesIn(receivers);
  assert.deepEqual(
    ties.filter((tie) => tie.includes("auth")),
    [10, 12, 14, 20].map(
      (line) => `${line} signal (auth) ${line === 14 ? "Person" : "settings.AUTH_USER_MODEL"}`,
    ),
  );
});

test("a model that get_model gives takes part in a transaction", async () => {
  const text = `from django.apps import apps
Product = apps.get_model("catalog", "Product")
User = get_user_model()
def run():
    with transaction.atomic():
        Product.objects.create()
def run2():
    Address = apps.get_model("folk.Address")
    with transaction.atomic():
        Address.objects.create()
def run3():
    with transaction.atomic():
        User.objects.create()
class A:
    Product2 = apps.get_model("catalog", "Product")
def run4():
    Either = apps.get_model("catalog", "Product")
    Either = apps.get_model("folk", "Address")
    Part = apps.get_model("catalog", "Product").objects
    with transaction.atomic():
        Product2.x, Either.y, Part.z`;
  assert.deepEqual(await tiesIn(text, `AUTH_USER_MODEL = "folk.Person"`), [
    "5 transaction catalog transaction.atomic",
    "9 transaction people transaction.atomic",
    "12 transaction people transaction.atomic",
  ]);
});
