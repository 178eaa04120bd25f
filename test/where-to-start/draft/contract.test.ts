import assert from "node:assert/strict";
import { test } from "node:test";
import { aboutOf } from "../../../src/contract/contract.ts";
import { draftContract } from "../../../src/where-to-start/draft/contract.ts";
import { fieldsOf } from "../../../src/where-to-start/draft/fields.ts";
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import { repositoryOf } from "../repository.ts";
import { djangoShop, nestFiles, nestShop } from "../shops.ts";
import { draftOf, loaded } from "./load.ts";

test("a draft compiles, loads, and says who calls what", async () => {
  const drafts = [
    await draftOf(djangoShop(), "payments"),
    await draftOf(djangoShop(), "catalog"),
    await draftOf(nestShop(), "mail"),
    await draftOf(nestShop(), "users"),
    await draftOf(nestShop(), "reports"),
  ];
  const [payments = "", catalog = "", mail = ""] = drafts;
  assert.match(payments, /Called by shop\/orders\/views\.py:4\n/);
  assert.match(
    payments,
    /charge\(request, amount: int, currency: str = "EUR"\), shop\/payments\/gateway\.py:3/,
  );
  assert.match(payments, /views: shop\/urls\.py:1/);
  assert.match(catalog, /Used by shop\/orders\/models\.py:3, shop\/orders\/views\.py:2/);
  assert.match(mail, /Called by src\/orders\/orders\.controller\.ts:4/);
  const abouts = (await loaded(drafts)).map(aboutOf);
  const [first, second, third] = abouts;
  assert.deepEqual(
    first?.endpoints.map(({ name, method, path }) => `${name} ${method} ${path}`),
    ["charge POST /charge/"],
  );
  assert.deepEqual(
    second?.endpoints.map(({ name }) => name),
    ["priceOf", "product"],
  );
  assert.deepEqual(
    third?.endpoints.map(({ name }) => name),
    ["send"],
  );
});

test("methods of injected services are endpoints, and modules of Nest are wiring", async () => {
  const folder = repositoryOf([
    {
      files: {
        ...nestFiles,
        "src/mail/mail.service.ts": `export class MailService {
  send(to: string, urgent = false): Promise<void> {}
  find(id: number) {}
  "x */ process.exit(1) /*"(a /* */: string) {}
  constructor_(__proto__: string) {}
}
`,
        "src/mail/box.service.ts": "export class BoxService { find({ id }: { id: string }) {} }\n",
        "src/orders/orders.controller.ts": `import { BoxService } from "../mail/box.service";
import { MailService } from "../mail/mail.service";
export class OrdersController {
  constructor(private readonly mail: MailService, private readonly box: BoxService) {}
  buy() {
    this.mail.send("a");
    this.mail.find(1);
    this.box.find({ id: "a" });
    this.mail.constructor_("b");
  }
}
`,
      },
    },
  ]);
  const draft = await draftOf(folder, "mail");
  assert.match(
    draft,
    /MailService\.send\(to: string, urgent = false\): Promise<void>, src\/mail\/mail\.service\.ts:2\n {3}\* Called by src\/orders\/orders\.controller\.ts:6\n/,
  );
  assert.match(
    draft,
    /Wiring, that goes with the unit:\n \* {3}MailModule, .*src\/app\.module\.ts:2\n/,
  );
  assert.doesNotMatch(draft, /no endpoint yet[^]*MailService[^]*Wiring/);
  const [contract] = (await loaded([draft])).map(aboutOf);
  assert.deepEqual(
    contract?.endpoints.map(({ name, method, path }) => `${name} ${method} ${path}`),
    [
      "boxFind POST /box-find/",
      "constructor_ POST /constructor-/",
      "mailFind POST /mail-find/",
      "send POST /send/",
    ],
  );
});

test("hostile names and comments do not get out of their place", async () => {
  const { evidence } = await whereToStart(djangoShop());
  const facts = evidence.units.find(({ place }) => place.name === "payments");
  assert.ok(facts);
  const named = (name: string, parameters: string) => ({
    file: "a.py",
    line: 1,
    name,
    is: "function" as const,
    parameters,
  });
  const [first, ...files] = facts.files;
  const [call] = facts.importsIn;
  assert.ok(first && call);
  const names = ["close */ process.exit(1) /*", "__init__", "délai", "a_b", "aB", "constructor"];
  const exports = names.map((name) =>
    named(name, '(x="*/ } )", *args, **kwargs, y: int | None = None)'),
  );
  const importsIn = [{ ...call, names, file: "x*/y.py" }];
  const draft = draftContract({
    ...facts,
    importsIn,
    files: [{ ...first, exports, models: [] }, ...files],
  });
  const [contract] = (await loaded([draft])).map(aboutOf);
  assert.ok((contract?.endpoints.length ?? 0) >= 4);
});

test("fields come from annotations, then defaults, then names", () => {
  const said = (parameters: string) =>
    fieldsOf(parameters).map(({ name, field }) => `${name}: ${field}`);
  assert.deepEqual(
    said(
      "(self, user_id, when: datetime.datetime, ids: list[int], *, limit=10, net=False, note: str | None = None, **extra)",
    ),
    [
      "user_id: integer()",
      "when: datetime()",
      "ids: list(integer())",
      "limit: optional(integer())",
      "net: optional(boolean())",
      "note: optional(text())",
    ],
  );
  assert.deepEqual(
    said(
      "(id: string, { a, b = 'x' }: { a: number; b?: string }, tags: string[], opts?: Options, done: (x: number) => void = () => {})",
    ),
    [
      "id: text()",
      "a: number()",
      "b: optional(text())",
      "tags: list(text())",
      "opts: optional(json())",
      "done: optional(json())",
    ],
  );
});
