/** Links while the gateway does not answer: to follow one would leave the page, and all that was typed, for the browser's own error. */

/** Runs `hold` with the address in place of following a link of this site. @returns takes the guard away again */
export function holdLinks(hold: (href: string) => void): () => void {
  const stop = (event: MouseEvent) => {
    const { target } = event;
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href]") : null;
    if (link === null || event.button !== 0 || opensElsewhere(link, event)) return;
    const url = new URL(link.href);
    if (url.origin !== window.location.origin || isPlaceOfThisPage(url)) return;
    event.preventDefault();
    event.stopPropagation();
    hold(url.pathname + url.search + url.hash);
  };
  // Before the router's own listeners hear of it.
  document.addEventListener("click", stop, true);
  return () => document.removeEventListener("click", stop, true);
}

function opensElsewhere(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return modified || link.hasAttribute("download") || !["", "_self"].includes(link.target);
}

function isPlaceOfThisPage({ hash, pathname, search }: URL): boolean {
  const here = window.location;
  return hash !== "" && pathname === here.pathname && search === here.search;
}
