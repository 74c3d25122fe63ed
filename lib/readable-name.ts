/**
 * Names that people tell apart by reading them: of users, teams, end users and tags. What cannot be seen in one would make
 * two that look the same. Letters of different alphabets that look alike are not told apart: both are somebody's own.
 */

/** Control and format characters, those that turn the reading direction included. */
const INVISIBLE = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/u;
/** An emoji may hold a joiner, and so may a word where the script needs one. */
const JOINED = /\p{RGI_Emoji}|(?<=[\p{Script=Arabic}\p{M}])[\u200c\u200d](?=\p{L})/gv;

/** What is wrong with a name, as the end of a sentence; null: nothing. */
export function unreadable(name: string): string | null {
  if (name !== name.trim()) return "must not begin or end with a space";
  if (name !== name.normalize("NFC"))
    return "is written with combining marks where one character would do: send it in Unicode's composed form (NFC)";
  if (INVISIBLE.test(name.replace(JOINED, "")))
    return "holds a character that cannot be seen (a control, zero-width or direction mark): leave it out";
  return null;
}
