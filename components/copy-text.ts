/** Puts a text on the clipboard, over plain HTTP too: there browsers have no `navigator.clipboard`, and many a gateway is first met so. */

/** @param near where a field may stand for a moment: within a dialog, focus is not let out. @returns whether it was copied */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    // A DOMException: not allowed. A TypeError: there is no clipboard here.
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    return copySelected(text, near);
  }
}

function copySelected(text: string, near: HTMLElement): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.style.position = "fixed";
  field.style.opacity = "0";
  near.after(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  near.focus();
  return copied;
}
