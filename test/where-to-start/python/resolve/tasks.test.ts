import assert from "node:assert/strict";
import { test } from "node:test";
import { packages, resolveIn } from "../project.ts";

test("a task in pieces is one name", async () => {
  const text = `BEAT = {
    "a": {"task": ("catalog.tasks" ".send"), "schedule": 3},
    "b": {"task": "cat" "alog.tasks.keep"},
    "c": {"task": (
        "catalog"
        ".tasks.drop"
    )},
    "d": {"other": ("catalog" ".tasks.none")},
    "e": {"task": f("catalog.tasks.none")},
}`;
  const { hidden } = await resolveIn({
    ...packages("catalog", "orders"),
    "settings.py": `INSTALLED_APPS = ["catalog", "orders"]`,
    "orders/beat.py": text,
  });
  const ties = hidden.map(({ line, kind, to, what }) => `${line} ${kind} ${to} ${what}`);
  assert.deepEqual(ties, [
    "2 task catalog catalog.tasks.send",
    "3 task catalog catalog.tasks.keep",
    "5 task catalog catalog.tasks.drop",
  ]);
});
