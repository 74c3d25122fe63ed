/**
 * A stranger at the console: presses, types and reads what is on the screen, and is charged for it what a person takes by the
 * keystroke-level model (Card, Moran and Newell, 1980): a decision before each act, the way of the pointer, the press, keys.
 * That model is of people who know their way; a stranger looks for it before each act.
 */
import type { Locator, Page } from "playwright-core";

const DECIDE_S = 1.35;
/** Some ten words are looked over until the right one is met, at a fifth of a second each. */
const FIND_S = 2;
const POINT_S = 1.1;
const PRESS_S = 0.2;
/** An average typist who is no secretary. */
const KEY_S = 0.28;
/** From the mouse to the keyboard, or back. */
const HOME_S = 0.4;
/** 240 words a minute: reading to understand. */
const WORDS_A_SECOND = 4;

export interface Effort {
  readonly presses: number;
  readonly keys: number;
  readonly words: number;
  /** By the model: no waiting is in it. */
  readonly personS: number;
}

export class Hand {
  readonly page: Page;
  #presses = 0;
  #keys = 0;
  #words = 0;
  #homings = 0;
  #decisions = 0;

  constructor(page: Page) {
    this.page = page;
  }

  /** Presses what can be seen. */
  async press(what: Locator): Promise<void> {
    await what.click();
    this.#presses += 1;
    this.#decisions += 1;
  }

  /** Chooses from a list by what stands there. */
  async choose(list: Locator, label: string): Promise<void> {
    await list.selectOption({ label });
    this.#presses += 2;
    this.#decisions += 2;
  }

  /** Puts the pointer into a field and types. @param at it is in the field already, as the page has put it there */
  async type(field: Locator, text: string, at = false): Promise<void> {
    await field.fill(text);
    this.#presses += at ? 0 : 1;
    this.#keys += text.length;
    this.#decisions += 1;
    this.#homings += 2;
  }

  /** Waits until it is there and reads it. */
  async read(what: Locator): Promise<string> {
    const text = (await what.textContent()) ?? "";
    this.#words += text.split(/\s+/).filter(Boolean).length;
    return text;
  }

  /** What was done since the last time. */
  effort(): Effort {
    const personS =
      this.#decisions * (FIND_S + DECIDE_S) +
      this.#presses * (POINT_S + PRESS_S) +
      this.#keys * KEY_S +
      this.#homings * HOME_S +
      this.#words / WORDS_A_SECOND;
    const effort = { presses: this.#presses, keys: this.#keys, words: this.#words, personS };
    this.#presses = this.#keys = this.#words = this.#homings = this.#decisions = 0;
    return effort;
  }
}
