import assert from "node:assert/strict";
import { test } from "node:test";
import { packages, resolveIn } from "../project.ts";

test("a template of another unit is a tie, where one unit alone has it", async () => {
  const { hidden } = await resolveIn({
    ...packages("base", "shop", "blog"),
    "settings.py": `INSTALLED_APPS = ["base", "shop", "blog"]`,
    "base/templates/base.html": "",
    "base/jinja2/macros/rows.html": "",
    "base/templates/mail/note.txt.html": "",
    "base/templates/side.html": "",
    "base/templates/deep/side.html": "",
    "blog/templates/blog/card.html": "",
    "blog/templates/side.html": "",
    "templates/site.html": "",
    "shop/templates/shop/own.html": "",
    "shop/templates/shop/list.html": `{% extends "base.html" %}
{%- include 'blog/card.html' with a=1 %}{% include "shop/own.html" %}
{% from "macros/rows.html" import row %} {% import "mail/note.txt.html" as note %}
{% include "side.html" %}{% include "site.html" %}{% include "gone.html" %}{% include name %}
extends "base.html"`,
  });
  assert.deepEqual(
    hidden.map(({ line, kind, from, to, what }) => `${from} ${line} ${kind} ${to} ${what}`),
    [
      "shop 1 template base base.html",
      "shop 2 template blog blog/card.html",
      "shop 3 template base macros/rows.html",
      "shop 3 template base mail/note.txt.html",
    ],
  );
});
