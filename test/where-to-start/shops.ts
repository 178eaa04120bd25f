/** Two code bases for tests, as git repositories: a shop in Django, and one in Nest. */
import { type Change, repositoryOf } from "./repository.ts";

/** Written where a file would be run or imported: nobody may. */
const TRAP = (marker: string) => `open(${JSON.stringify(marker)}, "w").write("run")\n`;

const app = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ "__init__.py": "", ...files }).map(([file, text]) => [
      `shop/${name}/${file}`,
      text,
    ]),
  );

/** Six apps; `payments` hurts, has its own world, and few need it. */
export function djangoFiles(marker = "/nowhere"): Record<string, string> {
  return {
    "manage.py": TRAP(marker),
    "shop/__init__.py": TRAP(marker),
    "shop/settings.py": `${TRAP(marker)}INSTALLED_APPS: tuple[str, ...] = (
    "django.contrib.auth",
    "shop.users",
    "shop.catalog",
    "shop.orders.apps.OrdersConfig",
    "shop.payments",
    "shop.reviews",
    # "shop.gone",
)
AUTH_USER_MODEL = "users.User"
MIDDLEWARE = ["shop.users.middleware.Who"]
`,
    "shop/urls.py": "from shop.payments import views\n",
    ...app("users", {
      "models.py": `${TRAP(marker)}from django.db import models
class User(models.Model):
    name = models.TextField()
`,
      "middleware.py": "class Who: pass\n",
    }),
    ...app("catalog", {
      "models.py": `from django.db import models
class Product(models.Model):
    name = models.TextField()
    parent = models.ForeignKey("self", on_delete=models.CASCADE)
`,
      "prices.py": "def price_of(product, currency='EUR', *, net=False):\n    return 1\n",
    }),
    ...app("orders", {
      "apps.py":
        "from django.apps import AppConfig\nclass OrdersConfig(AppConfig):\n    name = 'shop.orders'\n",
      "models.py": `from django.conf import settings
from django.db import models
from shop.catalog.models import Product
class Order(models.Model):
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    products = models.ManyToManyField(Product)
`,
      "views.py": `from django.db import transaction
from shop.catalog.models import Product
from shop.catalog.prices import price_of
from shop.payments.gateway import charge
def buy(request):
    with transaction.atomic():
        return charge(request, price_of(Product))
`,
      "tests.py": "from shop.payments.gateway import charge\nfrom shop.reviews import models\n",
      "migrations/0001_initial.py": "from shop.catalog.models import Product\n",
    }),
    ...app("payments", {
      "models.py": `from django.db import models
class Payment(models.Model):
    order = models.OneToOneField("orders.Order", on_delete=models.CASCADE)
`,
      "gateway.py": `import stripe
from django.conf import settings
def charge(request, amount: int, currency: str = "EUR"):
    return stripe.charge("https://api.stripe.com/v1", settings.STRIPE_KEY)
class Refund: pass
`,
      "views.py": "from .models import Payment\n",
    }),
    ...app("reviews", {
      "models.py": `from django.db import models
class Review(models.Model):
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE)
    author = models.ForeignKey("users.User", on_delete=models.CASCADE)
`,
    }),
  };
}

/** By a history in which payments is repaired again and again. */
export function djangoShop(marker?: string): string {
  const files = djangoFiles(marker);
  const gateway = files["shop/payments/gateway.py"] ?? "";
  const changes: Change[] = [{ subject: "Begin", ago: 300, files }];
  for (let count = 0; count < 12; count += 1) {
    changes.push({
      subject: count % 2 === 0 ? "Fix the gateway" : "Work on the gateway",
      ago: 200 - count * 10,
      author: count % 3 === 0 ? "Bob <bob@example.com>" : "Ann <ann@example.com>",
      files: { "shop/payments/gateway.py": `${gateway}# ${count}\n` },
    });
  }
  changes.push(
    { ago: 40, files: { "shop/orders/views.py": `${files["shop/orders/views.py"]}# later\n` } },
    {
      ago: 30,
      files: {
        "shop/orders/apps.py": `${files["shop/orders/apps.py"]}# later\n`,
        "shop/catalog/prices.py": `${files["shop/catalog/prices.py"]}# later\n`,
      },
    },
    { ago: 20, files: { "README.md": "A shop\n" } },
  );
  return repositoryOf(changes);
}

/** Five modules below src/, one of them outside of git's first commit; relations of TypeORM. */
export const nestFiles: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "shop", dependencies: {} }),
  "tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@shop/*": ["src/*"] } } } // paths`,
  "src/main.ts": `import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
NestFactory.create(AppModule);
`,
  "src/app.module.ts": `import { Module } from "@nestjs/common";
import { MailModule } from "./mail/mail.module";
@Module({ imports: [MailModule] })
export class AppModule {}
`,
  "src/auth/auth.module.ts": `import { Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { Guard } from "./guard";
@Module({ providers: [{ provide: APP_GUARD, useClass: Guard }] })
export class AuthModule {}
`,
  "src/auth/guard.ts": `import { PassportStrategy } from "@nestjs/passport";
import { Strategy } from "passport-jwt";
export class Guard extends PassportStrategy(Strategy) {}
`,
  "src/users/users.module.ts": `import { Module } from "@nestjs/common";
@Module({})
export class UsersModule {}
`,
  "src/users/user.entity.ts": `import { Entity } from "typeorm";
@Entity()
export class User { id!: number; }
export interface Shape { name: string }
`,
  "src/orders/orders.module.ts": `import { Module } from "@nestjs/common";
@Module({})
export class OrdersModule {}
`,
  "src/orders/order.entity.ts": `import { Entity, ManyToOne } from "typeorm";
import { User } from "@shop/users/user.entity";
import type { Shape } from "../users/user.entity";
@Entity()
export class Order {
  @ManyToOne(() => User, (user) => user.id)
  buyer!: User;
  shape?: Shape;
}
`,
  "src/orders/orders.controller.ts": `import { AuthGuard } from "@nestjs/passport";
import { Inject, UseGuards } from "@nestjs/common";
import { Order } from "./order.entity";
import { send as post } from "../mail/mail.service";
@UseGuards(AuthGuard("jwt"))
export class OrdersController {
  constructor(@Inject("MAILER") private readonly mailer: unknown) {}
  buy() { return post("x", new Order()); }
}
`,
  "src/orders/orders.controller.spec.ts": `import { User } from "../users/user.entity";
`,
  "src/mail/mail.module.ts": `import { Module } from "@nestjs/common";
@Module({ providers: [{ provide: "MAILER", useValue: 1 }] })
export class MailModule {}
`,
  "src/mail/mail.service.ts": `import nodemailer from "nodemailer";
export function send(to: string, body: object, urgent = false): void {
  nodemailer.send(process.env.MAIL_KEY, "https://api.mail.test.io/", to, body, urgent);
}
`,
  "src/reports/reports.module.ts": `import { Module } from "@nestjs/common";
@Module({})
export class ReportsModule {}
`,
  "src/reports/report.ts": `import { Order } from "@shop/orders/order.entity";
const late = await import("../mail/mail.service");
export const all = [Order, late];
`,
};

export function nestShop(): string {
  const mail = nestFiles["src/mail/mail.service.ts"] ?? "";
  const changes: Change[] = [{ subject: "Begin", ago: 100, files: nestFiles }];
  for (let count = 0; count < 6; count += 1)
    changes.push({
      subject: "fix: mail",
      ago: 90 - count,
      files: { "src/mail/mail.service.ts": `${mail}// ${count}\n` },
    });
  return repositoryOf(changes);
}
