import assert from "node:assert/strict";
import { test } from "node:test";
import { packages, resolveIn } from "../project.ts";

const shop = {
  ...packages("users", "catalog", "docs", "zoo"),
  "settings.py": `INSTALLED_APPS = ["users", "catalog", "docs", "zoo"]`,
  "catalog/models.py": `class Topic(models.Model):
    parent = models.ForeignKey("self")
class Special(Topic): pass
class Cheap(Topic):
    class Meta: proxy = True`,
  "docs/models.py": `class Document(models.Model):
    parent = models.ForeignKey("self", related_name="translations")
    topic = models.ForeignKey("catalog.Topic", related_name="documents")
    shelf = models.ForeignKey("Shelf")
    tags = models.ManyToManyField("catalog.Topic", related_name="+")
    @classmethod
    def late(cls): return cls.objects.filter(parent__title=1)
class Shelf(models.Model):
    owner = models.ForeignKey("auth.User")
class Line(models.Model):
    parent = models.ForeignKey("catalog.Topic")`,
};

/** `line unit what`, of the look-ups in `text`. */
async function lookUpsIn(
  text: string,
  file = "docs/views.py",
  more: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { hidden } = await resolveIn({ ...shop, ...more, [file]: text });
  return hidden
    .filter((one) => one.kind === "look-up" && one.file === file)
    .map(({ line, to, outside, what }) => `${line} ${to ?? `(${outside})`} ${what}`);
}

const taken = `from docs.models import Document, Line
from catalog.models import Topic
import docs.models as dm
`;

test("the model that is asked says which relation of a name is meant", async () => {
  assert.deepEqual(
    await lookUpsIn(`${taken}Document.objects.filter(parent__title=1).select_related("parent")
Line.objects.filter(parent__title=1).select_related("parent")
dm.Line.objects.all().exclude(Q(parent__title=1) | ~Q(parent__name=2))
get_object_or_404(Document, parent__title=1)
get_object_or_404(Line.objects.all(), parent__title=1)
Line.objects.annotate(n=Count("parent__x")).filter(id__in=Document.objects.filter(Q(parent__title=1)))
Line.objects.filter(plain__title=1, translations__title=1)`),
    [
      "5 catalog parent__title",
      "5 catalog parent",
      "6 catalog parent__title",
      "6 catalog parent__name",
      "8 catalog parent__title",
      "9 catalog parent__x",
    ],
  );
});

test("where nobody says what is asked the unit's own relation comes first", async () => {
  assert.deepEqual(
    await lookUpsIn(`${taken}def f(qs, self):
    qs.filter(parent__title=1)
    self.model.objects.select_related("parent")
    qs.filter(documents__title=1)`),
    ["7 catalog documents__title"],
  );
  // Two units that the file imports may be meant: what they do not have in common would be a guess.
  assert.deepEqual(
    await lookUpsIn(
      `${taken}qs.filter(parent__title=1)\nqs.filter(topic__title=1)`,
      "zoo/views.py",
    ),
    ["5 catalog topic__title"],
  );
});

test("a query of another unit's model that leads home is tied to that unit", async () => {
  assert.deepEqual(
    await lookUpsIn(`${taken}Topic.objects.filter(documents__title=1, documents=2)
Topic.objects.prefetch_related("documents", Prefetch("line_set"))
Topic.objects.filter(title__x=1)`),
    ["4 catalog documents__title", "5 catalog documents", "5 catalog line_set"],
  );
});

test("a model has the relations of what it inherits, and a proxy those of its rows", async () => {
  assert.deepEqual(
    await lookUpsIn(`from catalog.models import Special, Cheap
Special.objects.filter(documents__title=1)
Cheap.objects.filter(documents__title=1)`),
    ["2 catalog documents__title", "3 catalog documents__title"],
  );
});

test("the last column of a path is compared where it stands", async () => {
  assert.deepEqual(
    await lookUpsIn(`${taken}Document.objects.filter(parent__topic=1, parent__tags__in=[1], parent__topic__id=1)
Document.objects.values_list("parent__topic", "parent__topic__title")
Document.objects.select_related("parent__topic")`),
    ["5 catalog parent__topic__title", "6 catalog parent__topic"],
  );
});

test("rows of Django's own user are joined too, and what hangs on them", async () => {
  const profile = {
    "users/models.py": `class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL)`,
  };
  const text = `from docs.models import Document, Shelf
from django.contrib.auth.models import User as Person
Shelf.objects.filter(owner__username=1, owner__profile__name=1, owner=3)
Document.objects.select_related("shelf__owner")
Person.objects.filter(shelf__name=1)
User = get_user_model()
User.objects.filter(profile__name=1)
get_user_model().objects.filter(shelf__name=1)`;
  assert.deepEqual(await lookUpsIn(text, "docs/views.py", profile), [
    "3 (auth) owner__username",
    "3 users owner__profile__name",
    "4 (auth) shelf__owner",
    "5 (auth) shelf__name",
    "7 users profile__name",
    "8 (auth) shelf__name",
  ]);
});

test("a model that get_model gives is asked like one that is imported", async () => {
  assert.deepEqual(
    await lookUpsIn(`Piece = apps.get_model("docs", "Document")
Row = get_model("docs.Line")
Piece.objects.filter(parent__title=1)
Row.objects.filter(parent__title=1)`),
    ["4 catalog parent__title"],
  );
});

test("what is written twice on a line is one tie", async () => {
  assert.deepEqual(
    await lookUpsIn(
      `${taken}Document.objects.filter(topic__title=F("topic__title"), x=F("topic__title"))`,
    ),
    ["4 catalog topic__title"],
  );
});

test(
  "long chains, and queries in queries, take time by their length",
  { timeout: 20_000 },
  async () => {
    const chain = `Document.objects${".filter(parent__title=1)".repeat(20_000)}`;
    const nest = `${"Line.objects.filter(x=".repeat(20_000)}Q(parent__title=1)${")".repeat(20_000)}`;
    const given = Array.from(
      { length: 10_000 },
      (_, index) => `A${index} = get_model("docs", "Line")`,
    );
    const asked = Array.from(
      { length: 10_000 },
      (_, index) => `A${index}.objects.filter(parent__title=1)`,
    );
    const found = await lookUpsIn([taken, chain, nest, ...given, ...asked].join("\n"));
    assert.equal(found.length, 10_001);
  },
);

test("what queries call the other side is read, and what annotate calls its counts is no way", async () => {
  const more = {
    "zoo/models.py": `class Cage(models.Model):
    topic = models.ForeignKey("catalog.Topic", related_name="cages", related_query_name="pen")`,
  };
  const text = `${taken}Topic.objects.filter(pen__size=1).prefetch_related("cages")
Document.objects.annotate(Count("topic")).order_by("topic__count")
Document.objects.order_by("topic__name")
`;
  assert.deepEqual(await lookUpsIn(text, "docs/views.py", more), [
    "4 zoo pen__size",
    "4 zoo cages",
    "6 catalog topic__name",
  ]);
});
