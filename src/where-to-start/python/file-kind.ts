/** What a file is, by its name and its first lines. */
import { saysItIsGenerated } from "../generated.ts";

export function isTestFile(file: string): boolean {
  return (
    /(?:^|\/)(?:\w+_)?tests?\//.test(file) ||
    /(?:^|\/)(?:tests?|test_[^/]*|[^/]*_tests?|conftest)\.py$/.test(file)
  );
}

export function isMigrationFile(file: string): boolean {
  return /(?:^|\/)(?:\w*migrations|alembic\/versions)\/(?:.*\/)?[^/]+\.py$/.test(file);
}

export function isGeneratedFile(file: string, text: string): boolean {
  return /_pb2(?:_grpc)?\.pyi?$/.test(file) || saysItIsGenerated(text);
}

export function isModelsFile(file: string): boolean {
  return /(?:^|\/)models(?:\/|\.py$)|_models\.py$/.test(file);
}

/** Where Django looks for an app's AppConfig. */
export function isAppsFile(file: string): boolean {
  return /(?:^|\/)apps\.py$/.test(file);
}
