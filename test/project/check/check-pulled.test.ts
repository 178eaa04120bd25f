/** Whether `marcot check` sees that contract.ts and contract.lock of a pulled app are of one pull. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { contract, type Fields, integer, post, text } from "marcot/contract";
import { canonical, toLock } from "../../../src/lock/lock.ts";
import type { Checked } from "../../../src/project/check/check.ts";
import { marcot, packageJson, root, settingsOf, tempFolder } from "../../cli/command.ts";

const place = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["billing"]),
});
const cwd = place.folder;
after(() => place.remove());
const environment = { BILLING_API: "http://127.0.0.1:9" };

const folder = join(cwd, "contracts/billing");
const read = (file: string) => readFileSync(join(folder, file), "utf8");

async function pull(from: string): Promise<void> {
  const { code, stderr } = await marcot(["contract", "pull", "billing", "--from", from], { cwd });
  assert.equal(code, 0, stderr);
}

async function pullOwn(input: Fields, output: Fields): Promise<void> {
  const lock = toLock(contract("billing/v1", { pay: post("/pay/", { input, output }) }));
  place.write({ "billing.json": canonical(lock) });
  await pull("billing.json");
}

async function findings(): Promise<string[]> {
  const { stdout } = await marcot(["check", "--json"], { cwd, environment });
  return (JSON.parse(stdout) as Checked).findings.map(({ id, what }) => `${id} ${what}`);
}

test("what was pulled once agrees, of ours and of others, however much others say", async () => {
  await pullOwn({ sum: integer() }, { id: integer() });
  assert.deepEqual(await findings(), []);
  await pull(join(root, "test/lock/data/discord-openapi.json"));
  assert.deepEqual(await findings(), []);
});

test("a lock of another pull than contract.ts is an error that says where", async () => {
  await pullOwn({ sum: integer() }, { id: integer() });
  const [lock, source] = [read("contract.lock"), read("contract.ts")];
  await pullOwn({ sum: text() }, { id: integer() });
  place.write({ "contracts/billing/contract.ts": source });
  const [request, ...more] = await findings();
  assert.deepEqual(more, []);
  assert.match(
    request ?? "",
    /^contracts\.E008 contract\.ts of billing is of another pull than its lock: v1 pay request \(/,
  );
  await pullOwn({ sum: integer() }, {});
  place.write({ "contracts/billing/contract.ts": source });
  assert.match((await findings()).join("\n"), /v1 pay reply \(field "id" removed\)$/);
  place.write({ "contracts/billing/contract.lock": lock });
  assert.deepEqual(await findings(), []);

  place.write({ "contracts/billing/contract.ts": source.replace('"/pay/"', '"/paid/"') });
  assert.match((await findings()).join("\n"), /E008 .*: v1 pay \(/);
});

test("an endpoint of others that the document does not have, and a lock that is torn or gone", async () => {
  await pull(join(root, "test/lock/data/discord-openapi.json"));
  const source = read("contract.ts");
  const [path = ""] = /"\/gateway[^"]*"/.exec(source) ?? [];
  place.write({ "contracts/billing/contract.ts": source.replace(path, '"/gateways"') });
  assert.match((await findings()).join("\n"), /^contracts\.E008 .*: v1 \w+$/);
  place.write({ "contracts/billing/contract.lock": "<<<<<<< HEAD" });
  assert.match((await findings()).join("\n"), /E008 the lock of billing cannot be read: it is no/);
  rmSync(join(folder, "contract.lock"));
  assert.ok(!existsSync(join(folder, "contract.lock")));
  assert.deepEqual(await findings(), ["contracts.E008 what was pulled of billing has no lock"]);
});
