/** A project whose apps lie in its own folder and call each other, in both directions. */
import { settings } from "marcot";

export default settings({ name: "Shop", apps: ["orders", "stock"] });
