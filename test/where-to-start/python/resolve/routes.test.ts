import assert from "node:assert/strict";
import { test } from "node:test";
import { packages, resolveIn } from "../project.ts";

const apps = {
  ...packages("shop", "cart", "blog", "board", "board/stock"),
  "settings.py": `INSTALLED_APPS = ["shop", "cart", "blog", "board", "board.stock"]`,
};

/** Where each name of a route leads that `file` asks for. */
async function routesIn(
  files: Readonly<Record<string, string>>,
  { file, names }: { readonly file: string; readonly names: readonly string[] },
): Promise<string[]> {
  const asked = names.map((name) => `reverse("${name}")`).join("\n");
  const { hidden } = await resolveIn({ ...apps, ...files, [file]: asked });
  const urls = hidden.filter((one) => one.kind === "url" && one.file === file);
  return names.map((name, index) => {
    const found = urls.filter(({ line }) => line === index + 1).map(({ to }) => to);
    return `${name} ${found.join("+")}`.trim();
  });
}

test("what stands before the colon is given by an include too", async () => {
  const files = {
    "urls.py": `from cart import urls as cart_urls
from cart.urls import more
urlpatterns = [
    path("a/", include("shop.urls", namespace="store")),
    path("b/", include(("blog.urls", "posts"), namespace="news")),
    path("c/", include(cart_urls, "bag")),
    path("d/", include((more, "extra"))),
    url(r"^e/", include("board.urls", namespace="desk", app_name="boards")),
    path("f/", include("elsewhere.urls", namespace="away")),
]`,
    "shop/urls.py": `app_name = "shops"\nurlpatterns = [path("", v, name="home")]`,
  };
  const names = [
    "store:home",
    "shops:home",
    "posts:all",
    "news:all",
    "bag:x",
    "extra:x",
    "desk:x",
    "boards:x",
    "away:x",
    "nobody:home",
  ];
  assert.deepEqual(await routesIn(files, { file: "board/stock/views.py", names }), [
    "store:home shop",
    "shops:home shop",
    "posts:all blog",
    "news:all blog",
    "bag:x cart",
    "extra:x cart",
    "desk:x board",
    "boards:x board",
    "away:x",
    "nobody:home",
  ]);
});

test("a route of one's own is no tie, whatever space it is put into", async () => {
  const files = {
    "board/urls.py": `app_name = "board"
urlpatterns = [path("", v, name="index"), path("stock/", include("board.stock.urls"))]`,
    "board/stock/urls.py": `urlpatterns = [path("", v, name="stock-list"), path("i/", v, name="index")]`,
  };
  const names = ["board:stock-list", "board:index", "board:dynamic", "stock-list"];
  assert.deepEqual(await routesIn(files, { file: "board/stock/views.py", names }), [
    "board:stock-list",
    "board:index board",
    "board:dynamic board",
    "stock-list",
  ]);
  assert.deepEqual(await routesIn(files, { file: "cart/views.py", names }), [
    "board:stock-list stock",
    "board:index board",
    "board:dynamic board",
    "stock-list stock",
  ]);
});

test("of spaces in spaces the last one that is known has the route", async () => {
  const files = {
    "api/urls.py": `app_name = "api"
urlpatterns = [path("s/", include("shop.urls", namespace="v1")), path("c/", include("cart.urls", namespace="v1"))]`,
    "shop/urls.py": `urlpatterns = [path("", v, name="goods")]`,
    "cart/urls.py": `urlpatterns = [path("", v, name="lines")]`,
  };
  const names = ["api:v1:goods", "api:v1:lines", "api:lines", "shop:v7:goods"];
  assert.deepEqual(await routesIn(files, { file: "blog/views.py", names }), [
    "api:v1:goods shop",
    "api:v1:lines cart",
    "api:lines cart",
    "shop:v7:goods shop",
  ]);
});

test("a page of Django's admin is of the app whose label stands in its name", async () => {
  const names = [
    "admin:shop_order_change",
    "admin:board_changelist",
    "admin:login",
    "admin:auth_user_add",
    "admin:blog_post_delete",
  ];
  const files = { "cart/urls.py": `urlpatterns = [path("", v, name="login")]` };
  assert.deepEqual(await routesIn(files, { file: "blog/views.py", names }), [
    "admin:shop_order_change shop",
    "admin:board_changelist board",
    "admin:login",
    "admin:auth_user_add",
    "admin:blog_post_delete",
  ]);
  const own = {
    "urls.py": `urlpatterns = [path("admin/", include("board.urls", namespace="admin"))]`,
  };
  assert.deepEqual(
    await routesIn(own, { file: "blog/views.py", names: ["admin:shop_order_change"] }),
    ["admin:shop_order_change board"],
  );
});
