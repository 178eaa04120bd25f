import { env, settings } from "marcot";

export default settings({
  name: "Example company",
  apps: ["tickets", "faq", "faqcreator"],
  database: env.url("DATABASE_URL").default("embedded:./.data"),
});
