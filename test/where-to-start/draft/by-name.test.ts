import assert from "node:assert/strict";
import { test } from "node:test";
import { aboutOf } from "../../../src/contract/contract.ts";
import { repositoryOf } from "../repository.ts";
import { djangoFiles, nestFiles } from "../shops.ts";
import { draftOf, loaded } from "./load.ts";

test("models that others ask for by name are endpoints, and what else is taken by name is listed", async () => {
  const folder = repositoryOf([
    {
      files: {
        ...djangoFiles(),
        "shop/urls.py": 'urlpatterns = [path("orders/", include("shop.orders.urls"))]\n',
        "shop/orders/urls.py":
          'app_name = "orders"\nurlpatterns = [path("x/", buy, name="order-buy")]\n',
        "shop/orders/tasks.py": "@shared_task\ndef ship(order): pass\n",
        "shop/orders/signals.py": "from django.dispatch import Signal\nordered = Signal()\n",
        "shop/reviews/late.py": `from django.apps import apps
from django.urls import reverse
Order = apps.get_model("orders", "order")
Gone = apps.get_model("orders", "Gone")
def late(app):
    app.send_task("shop.orders.tasks.ship")
    return reverse("order-buy")
def find():
    return Review.objects.filter(order__buyer=1).select_related("order__buyer")
`,
        "shop/reviews/models.py": `from django.db import models
class Review(models.Model):
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE)
`,
        "shop/reviews/perms.py": 'has_perm("orders.view_order")\n',
      },
    },
  ]);
  const draft = await draftOf(folder, "orders");
  assert.match(draft, /Rows of Order, .*\n {3}\* Used by shop\/reviews\/late\.py:3\n/);
  const listed = draft.slice(draft.indexOf("Taken by name"), draft.indexOf("*/"));
  for (const line of [
    "model by name orders.Gone: shop/reviews/late.py:4",
    "task shop.orders.tasks.ship: shop/reviews/late.py:6",
    "url order-buy: shop/reviews/late.py:7",
    "url include(shop.orders.urls): shop/urls.py:1",
    "permission orders.view_order: shop/reviews/perms.py:1",
  ])
    assert.ok(listed.includes(` *   ${line}\n`), `${line} is not in ${listed}`);
  assert.match(listed, /look-up order__buyer: shop\/reviews\/late\.py:9/);
  assert.match(
    draft,
    /Rows that others refer to by foreign keys.*\n \* {3}orders\.Order: shop\/payments\/models\.py:3 Payment\.order, shop\/reviews\/models\.py:3 Review\.order\n/,
  );
  const [contract] = (await loaded([draft])).map(aboutOf);
  assert.deepEqual(
    contract?.endpoints.map(({ name, method, path }) => `${name} ${method} ${path}`),
    ["order GET /order/"],
  );
});

test("tokens of Nest are listed, and repositories and calls of Prisma are models by name", async () => {
  const folder = repositoryOf([
    {
      files: {
        ...nestFiles,
        "src/users/schema.prisma": `model Badge {
  id Int @id
  name String
}
`,
        "src/reports/report.ts": `import { InjectRepository } from "@nestjs/typeorm";
export class Report {
  constructor(@InjectRepository(User) private readonly users: unknown, private prisma: unknown) {}
  all() { return this.prisma.badge.findMany(); }
}
`,
        "src/reports/use.ts": "import { User } from '@shop/users/user.entity';\n",
      },
    },
  ]);
  const mail = await draftOf(folder, "mail");
  assert.match(
    mail,
    /Taken by name.*\n \* {3}injection Inject\(MAILER\): src\/orders\/orders\.controller\.ts:7\n/,
  );
  const users = await draftOf(folder, "users");
  assert.match(
    users,
    /Rows of Badge, src\/users\/schema\.prisma:1\n {3}\* Used by src\/reports\/report\.ts:4\n/,
  );
  assert.match(users, /Rows of User, .*\n {3}\* Used by .*src\/reports\/report\.ts:3/);
  await loaded([mail, users]);
});

test("an empty draft says in words why", async () => {
  const folder = repositoryOf([
    {
      files: {
        ...djangoFiles(),
        "shop/urls.py": "from shop.payments import gateway\n",
        "shop/payments/models.py": "",
        "shop/orders/views.py": "",
      },
    },
  ]);
  const reviews = await draftOf(folder, "reviews");
  assert.match(
    reviews,
    /It is empty: nothing was found that others take, neither by import nor by name/,
  );
  const payments = await draftOf(folder, "payments");
  assert.match(payments, /It is empty: of what is listed here none is a function or a model/);
  assert.match(payments, /gateway: shop\/urls\.py:1/);
  await loaded([reviews, payments]);
});
