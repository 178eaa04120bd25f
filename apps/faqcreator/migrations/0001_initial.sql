CREATE TABLE "faqcreator"."resolved_tickets" (
	"id" integer PRIMARY KEY,
	"subject" text NOT NULL,
	"answer" text NOT NULL
);

