// Markdown as tests read it.

/** The code blocks of a language. */
export const blocks = (markdown: string, language: string): string[] =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);

/** What an example says that it prints. */
export const expectedLines = (code: string): string[] =>
  [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);

/** What a console would show of a value, as JSON; texts as they are. */
export const shown = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value);
