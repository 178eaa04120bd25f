/** A token means what is made somewhere; only texts, and what leads nowhere, go by their spelling. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf } from "../reports.ts";

const units = ["a", "b", "c", "d"];

async function injectionsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await reportOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      units.map((name) => [`packages/${name}/package.json`, `{ "name": "@x/${name}" }`]),
    ),
    ...files,
  });
  return report.units
    .flatMap(({ name, cuts }) =>
      cuts
        .filter(
          ({ kind, file }) =>
            /injection|task|signal/.test(kind) && file.startsWith(`packages/${name.slice(3)}/`),
        )
        .map(({ unit, what }) => `${name}>${unit} ${what}`),
    )
    .toSorted();
}

const provider = (from: string, token: string) => `import { ${token} } from "${from}";
export const all = [{ provide: ${token}, useValue: 1 }];
`;
const asker = (from: string, token: string) => `import { ${token} } from "${from}";
class Asker { constructor(@Inject(${token.split(" as ").at(-1)}) private readonly one: unknown) {} }
`;

test("two tokens of one spelling are one only where one file makes them", async () => {
  assert.deepEqual(
    await injectionsOf({
      "packages/a/client.ts": "export class Client {}\n",
      "packages/a/controller.ts": asker("./client", "Client"),
      "packages/b/module.ts": provider("./own", "Client"),
      "packages/b/own.ts": "export class Client {}\n",
    }),
    [],
  );
});

test("a token is found by any name that a file has for it, through what hands it on", async () => {
  assert.deepEqual(
    await injectionsOf({
      "packages/a/tokens.ts": 'export const MAILER = Symbol("MAILER");\nexport const CLOCK = 1;\n',
      "packages/a/index.ts": 'export * from "./tokens";\n',
      "packages/b/module.ts": provider("../a/tokens", "MAILER"),
      "packages/c/service.ts": asker("../a", "MAILER as mailer"),
      "packages/d/service.ts": `import * as tokens from "../a/index";
class Asker { constructor(@Inject(tokens.MAILER) private readonly one: unknown) {} }
`,
    }),
    ["@x/c>@x/b Inject(mailer)", "@x/d>@x/b Inject(tokens.MAILER)"],
  );
});

test("a text, a token that leads nowhere, and names of queues and events go by their spelling", async () => {
  assert.deepEqual(
    await injectionsOf({
      "packages/a/module.ts": provider("unknown/tokens", "CACHE"),
      "packages/a/sms.ts": `import { PAID } from "./names";
export const all = [{ provide: "SMS", useValue: 1 }];
this.events.emit(PAID, 1);
@Processor({ name: "mail" }) class Mails {}
`,
      "packages/a/names.ts": 'export const PAID = "paid";\n',
      "packages/b/names.ts": 'export const PAID = "paid";\nexport const CACHE = 1;\n',
      "packages/b/service.ts": `import { CACHE, PAID } from "./names";
class Asker {
  constructor(
    @Inject(CACHE) private readonly cache: unknown,
    @Inject("SMS") private readonly sms: unknown,
    @InjectQueue("mail") private readonly mails: unknown,
  ) {}
  @OnEvent(PAID) paid() {}
}
`,
    }),
    [
      "@x/b>@x/a Inject(CACHE)",
      "@x/b>@x/a Inject(SMS)",
      "@x/b>@x/a InjectQueue(mail)",
      "@x/b>@x/a OnEvent(PAID)",
    ],
  );
});
