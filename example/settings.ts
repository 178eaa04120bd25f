import { env, settings } from "marcot";

export default settings({
  name: "Example company",
  apps: ["tickets", "faq", "faqcreator"],
  fixtures: ["example"],
  database: env.url("DATABASE_URL").default("embedded:./.data"),
});
