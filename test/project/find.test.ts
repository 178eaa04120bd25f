import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { findApp } from "../../src/project/find.ts";
import { marcot, packageJson, settingsOf, tempFolder } from "../cli/command.ts";

const place = tempFolder({ "package.json": packageJson, "settings.ts": settingsOf(["bought"]) });
after(() => place.remove());

/** A package marcot-<name> whose package.json has these exports. */
function publish(name: string, exports: unknown, file = "contract.js"): void {
  const folder = `node_modules/marcot-${name}`;
  place.write({
    [`${folder}/package.json`]: JSON.stringify({ type: "module", exports }),
    [`${folder}/${file}`]: "",
  });
}

test("an app is the package whose door is its contract", () => {
  publish("good", { ".": "./dist/contract.js" }, "dist/contract.js");
  const folder = join(place.folder, "node_modules", "marcot-good", "dist");
  const found = { name: "good", folder, extension: ".js", isPackage: true, isPulled: false };
  assert.deepEqual(findApp(place.folder, "good"), found);
  assert.equal(findApp(place.folder, "absent"), undefined);
});

test("a package without that door is refused, and the refusal says what is missing", () => {
  const wrong = [
    ["inside", { "./*": "./*.js" }, /No "exports" main defined in .*marcot-inside.package\.json$/],
    ["import", { ".": { import: "./contract.js" } }, /No "exports" main defined/],
    ["outside", "../contract.js", /Invalid "exports" main target/],
    ["unbuilt", "./dist/contract.js", /Cannot find module '.*contract\.js'$/],
    ["other", "./index.js", /it exports .*index\.js$/],
  ] as const;
  for (const [name, exports, words] of wrong) {
    publish(name, exports, name === "other" ? "index.js" : "contract.js");
    assert.throws(() => findApp(place.folder, name), {
      code: "AppInvalid",
      message: new RegExp(`^the package marcot-${name} gives no contract: .*${words.source}`),
    });
  }
});

test("the command says so in two lines", async () => {
  publish("bought", { "./*": "./*.js" });
  const { code, stderr } = await marcot(["runserver"], { cwd: place.folder });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^marcot: the package marcot-bought gives no contract: .*\n {2}Its package\.json needs .* \[AppInvalid\]\n$/,
  );
});
