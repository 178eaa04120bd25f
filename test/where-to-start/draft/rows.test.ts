import assert from "node:assert/strict";
import { test } from "node:test";
import { aboutOf } from "../../../src/contract/contract.ts";
import { repositoryOf } from "../repository.ts";
import { djangoFiles, nestFiles } from "../shops.ts";
import { draftOf, loaded } from "./load.ts";

/** Of one model, by the draft: a column a line, with what is said of it. */
function rowsIn(draft: string, model: string): { columns: string[]; notes: string[]; ids: string } {
  const from = draft.indexOf(`   * Rows of ${model},`);
  assert.ok(from >= 0, draft);
  const block = draft.slice(from, draft.indexOf("\n  }),\n", from));
  const lines = block.split("\n").map((line) => line.trim());
  return {
    ids: lines.find((line) => line.startsWith("input:")) ?? "",
    columns: lines.slice(lines.indexOf("object({") + 1, lines.indexOf("}),")),
    notes: lines.slice(2, lines.indexOf("*/")).map((line) => line.replace("* ", "")),
  };
}

const models = `from django.conf import settings
from django.db import models as m
from django.db.models import BigIntegerField as Big, TextChoices
from phones import PhoneField
from shop.catalog.base import Code, Stamped, Plain
STATES = [("new", "New"), ("paid", "Paid")]

class Region(m.Model):
    code = m.CharField(max_length=2, primary_key=True)

class Batch(m.Model):
    id = m.UUIDField(primary_key=True)
    slug = m.SlugField(unique=True)

class Card(m.Model):
    batch = m.OneToOneField(Batch, primary_key=True, on_delete=m.CASCADE)

class Order(Stamped, Plain):
    STATES = (("a b", "A"), ("c", "C"))
    buyer = m.ForeignKey(settings.AUTH_USER_MODEL, on_delete=m.CASCADE)
    seller = m.ForeignKey("users.User", null=True, on_delete=m.SET_NULL)
    batch = m.ForeignKey("Batch", null=False, on_delete=m.CASCADE)
    named = m.ForeignKey(Batch, to_field="slug", related_name="+", on_delete=m.CASCADE)
    region = m.ForeignKey("orders.Region", on_delete=m.CASCADE)
    card = m.ForeignKey(Card, null=True, on_delete=m.CASCADE)
    parent = m.ForeignKey("self", null=True, on_delete=m.CASCADE)
    site = m.ForeignKey("sites.Site", on_delete=m.CASCADE)
    items = m.ManyToManyField("catalog.Product")
    state = m.CharField(max_length=9, choices=STATES)
    kind = m.CharField(choices=[("x", "X")], blank=True, null=True)
    odd = m.CharField(choices=make())
    note: str = m.TextField(null=True)
    count = Big(default=0)
    small = m.PositiveSmallIntegerField()
    paid = m.BooleanField()
    maybe = m.NullBooleanField()
    price = m.DecimalField(max_digits=9, decimal_places=2)
    rate = m.FloatField()
    day = m.DateField(null=True)
    at = m.DateTimeField()
    time = m.TimeField()
    key = m.UUIDField()
    data = m.JSONField(null=True)
    mail = m.EmailField()
    page = m.URLField()
    tags = ArrayField(m.CharField(max_length=3), null=True)
    phone = PhoneField(null=True)
    code = Code()
    api_key = m.CharField()
    reset_token = m.CharField()
    password = m.CharField()
    objects = Manager()
    gone = None
    class Meta:
        ordering = m.CharField()
    def total(self):
        local = m.CharField()

class Late(m.Model):
    state = m.CharField(choices=STATES)

class Special(Order):
    extra = m.IntegerField()

class Shown(Late):
    class Meta:
        proxy = True
`;

const base = `from django.db import models
from elsewhere import Tracked
class Code(models.CharField):
    pass
class Plain:
    ignored = models.CharField()
class Stamped(Tracked, models.Model):
    created = models.DateTimeField()
    gone = models.TextField()
    owner = models.ForeignKey("users.User", null=True, on_delete=models.CASCADE)
    class Meta:
        abstract = True
`;

function shop(): string {
  return repositoryOf([
    {
      files: {
        ...djangoFiles(),
        "shop/orders/models.py": models,
        "shop/catalog/base.py": base,
        "shop/users/models.py": `from django.db import models
class User(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.TextField()
`,
        "shop/reviews/late.py":
          "from shop.orders.models import Order, Late, Special, Shown, Card, Region\n",
      },
    },
  ]);
}

test("rows have the columns that Django gives them, with their types", async () => {
  const draft = await draftOf(shop(), "orders");
  const order = rowsIn(draft, "Order");
  assert.deepEqual(order.columns, [
    "id: integer(),",
    "owner_id: nullable(uuid()),",
    "buyer_id: uuid(),",
    "seller_id: nullable(uuid()),",
    "batch_id: uuid(),",
    "named_id: text(),",
    "region_id: text(),",
    "card_id: nullable(uuid()),",
    "parent_id: nullable(integer()),",
    "site_id: integer(),",
    'state: choice(["a b", "c"]),',
    'kind: nullable(choice(["", "x"])),',
    "odd: text(),",
    "note: nullable(text()),",
    "count: integer(),",
    "small: integer(),",
    "paid: boolean(),",
    "maybe: nullable(boolean()),",
    "price: decimal(),",
    "rate: number(),",
    "day: nullable(date()),",
    "at: datetime(),",
    "time: text(),",
    "key: uuid(),",
    "data: json(),",
    "mail: text(),",
    "page: text(),",
    "tags: nullable(list(text())),",
    "phone: json(), // PhoneField",
    "code: text(),",
    "created: datetime(),",
  ]);
  assert.deepEqual(order.notes, [
    "Left out, since they may be secret: api_key, reset_token, password",
    "Many to many, and no columns: items",
    "It may have more columns, of classes that are not in this code base: Tracked",
  ]);
  const late = rowsIn(draft, "Late");
  assert.deepEqual(late.columns, ["id: integer(),", 'state: choice(["new", "paid"]),']);
  assert.deepEqual(rowsIn(draft, "Shown").columns, late.columns);
  const special = rowsIn(draft, "Special");
  assert.deepEqual(special.columns, ["order_ptr_id: integer(),", "extra: integer(),"]);
  assert.match(special.notes.join(), /columns of these too: Order, shop\/orders\/models\.py:18/);
  const card = rowsIn(draft, "Card");
  assert.equal(card.ids, "input: { ids: list(uuid(), { max: 200 }) },");
  assert.deepEqual(card.columns, ["batch_id: uuid(),"]);
  assert.equal(rowsIn(draft, "Region").ids, "input: { ids: list(text(), { max: 200 }) },");
  const [contract] = (await loaded([draft])).map(aboutOf);
  assert.equal(contract?.endpoints.length, 6);
});

test("models that all refer to each other come to an end", { timeout: 20_000 }, async () => {
  const names = Array.from({ length: 40 }, (_, index) => `M${index}`);
  const made = names.map((name) => {
    const keys = names.map(
      (to) => `    ${to.toLowerCase()} = models.ForeignKey("${to}", null=True)\n`,
    );
    const key = `    me = models.OneToOneField("${name === "M0" ? "M1" : "M0"}", primary_key=True)\n`;
    return `class ${name}(models.Model):\n${key}${keys.join("")}`;
  });
  const folder = repositoryOf([
    {
      files: {
        ...djangoFiles(),
        "shop/orders/models.py": `from django.db import models\n${made.join("")}`,
        "shop/reviews/late.py": `from shop.orders.models import ${names.join(", ")}\n`,
      },
    },
  ]);
  const { columns } = rowsIn(await draftOf(folder, "orders"), "M7");
  assert.equal(columns.length, 41);
});

test("what a model's fields are called does not get out of its place", async () => {
  const folder = repositoryOf([
    {
      files: {
        ...djangoFiles(),
        "shop/orders/models.py": `from django.db import models
class Order(models.Model):
    constructor = models.TextField()
    __proto__ = models.TextField()
    délai = models.TextField()
    ключ = models.TextField()
    class_ = x.délaiField()
    nested = ${"ArrayField(".repeat(50_000)}models.TextField()${")".repeat(50_000)}
    odd = models.CharField(choices=[("\\"]), process.exit(1), text([\\"", "x")])
    other = models.CharField(choices=[("*/ process.exit(1) /*", "x")])
`,
        "shop/reviews/late.py": "from shop.orders.models import Order\n",
      },
    },
  ]);
  const draft = await draftOf(folder, "orders");
  assert.match(draft, /A contract has no such names: ключ\n/);
  const [contract] = (await loaded([draft])).map(aboutOf);
  assert.deepEqual(
    contract?.endpoints.map(({ name }) => name),
    ["order"],
  );
});

test("of entities it is said that only their references were read", async () => {
  const folder = repositoryOf([
    {
      files: {
        ...nestFiles,
        "src/reports/report.ts":
          'import { Order } from "@shop/orders/order.entity";\nnew Order();\n',
      },
    },
  ]);
  const draft = await draftOf(folder, "orders");
  const { columns, notes } = rowsIn(draft, "Order");
  assert.deepEqual(columns, ["id: integer(),", "buyer_id: nullable(integer()),"]);
  assert.match(notes.join(), /Only its references were read, .*add the other columns/);
  await loaded([draft]);
});
