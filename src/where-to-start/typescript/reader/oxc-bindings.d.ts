/** The native functions of oxc-parser, which it exports without their types. */
declare module "oxc-parser/src-js/bindings" {
  export interface NativeResult {
    get module(): import("oxc-parser").EcmaScriptModule;
    get errors(): import("oxc-parser").OxcError[];
    /** The syntax tree as JSON, for the first who asks. */
    get program(): string;
  }

  export function parseSync(
    file: string,
    text: string,
    options: import("oxc-parser").ParserOptions,
  ): NativeResult;
}
