/**
 * Text on its way to a terminal. A key's alias, a user agent or a provider's words can hold the commands of one: to clear
 * what stands above, to rename the window, to write from right to left. Only colours are let through.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const COMMANDS = /\x1b(?!\[[\d;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** The text with such characters written out, as JSON writes them: what was JSON still is. Lines and tabs stay. */
export function terminalText(text: string): string {
  return text.replace(COMMANDS, (command) => `\\u${command.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
