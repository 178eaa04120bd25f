/** The project in which the apps are tested: all of them, as in the company of the talk. */
import { settings } from "marcot";

export default settings({ name: "Example company", apps: ["tickets", "faq", "faqcreator"] });
