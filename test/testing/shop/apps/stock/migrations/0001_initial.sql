CREATE TABLE "stock"."articles" (
	"article" text PRIMARY KEY,
	"pieces" integer NOT NULL
);

