import assert from "node:assert/strict";
import { test } from "node:test";
import { billLines } from "../../../src/cli/commands/where-to-start/cuts.ts";
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import { repositoryOf } from "../repository.ts";
import { djangoFiles } from "../shops.ts";

test("what files of no unit need of a unit is on its bill, and said in its last words", async () => {
  const files = {
    ...djangoFiles(),
    "shop/urls.py": `urlpatterns = [path("reviews/", include("shop.reviews.urls"))]\n`,
    "templates/base.html": `{% load finding %}\n`,
    "shop/reviews/templatetags/finding.py": "",
  };
  const { report } = await whereToStart(repositoryOf([{ files }]));
  const unit = report.units.find(({ name }) => name === "reviews");
  assert.ok(unit);
  assert.deepEqual(unit.neededBy, []);
  assert.deepEqual(
    unit.cuts
      .filter(({ direction }) => direction === "in")
      .map((cut) => `${cut.file}:${cut.line} ${cut.kind}, ${cut.unit}: ${cut.what}`),
    [
      "shop/urls.py:1 url, the project: include(shop.reviews.urls)",
      "templates/base.html:1 template, the project: finding",
    ],
  );
  assert.ok(billLines(unit).includes("No other unit has to change, but files of no unit."));
});

test("a generic foreign key is on the bill and in the weight, with nobody who needs or is needed", async () => {
  const files = djangoFiles();
  const models = "shop/reviews/models.py";
  const key = `    about = GenericForeignKey("content_type", "object_id")\n`;
  const unitWith = async (more: string) => {
    const changed = { ...files, [models]: `${files[models]}${more}` };
    const { report } = await whereToStart(repositoryOf([{ files: changed }]));
    const unit = report.units.find(({ name }) => name === "reviews");
    assert.ok(unit);
    return unit;
  };
  const [without, unit] = [await unitWith(""), await unitWith(key)];
  assert.deepEqual(
    unit.cuts
      .filter(({ kind }) => kind === "generic foreign key")
      .map((cut) => `${cut.line} ${cut.direction} ${cut.points} ${cut.unit}: ${cut.what}`),
    ["5 out 4 contenttypes: Review.about -> any model, by content_type"],
  );
  assert.equal(unit.tieWeight - without.tieWeight, 3);
  assert.deepEqual(unit.needs, without.needs);
  assert.deepEqual(unit.foreignKeysOut, without.foreignKeysOut);
});
