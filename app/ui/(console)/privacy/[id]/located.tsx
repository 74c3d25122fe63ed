/** What a search found, store by store. */
import { integer, plural } from "#components/format.ts";
import { Card, CardHead } from "#components/ui/card.tsx";
import { byStore, STORE_NAMES, sumOf } from "#lib/privacy/requests/stores.ts";

export function Located({ located }: { located: Readonly<Record<string, unknown>> }) {
  const stores = byStore(located);
  const places = Object.entries(located).filter(([, count]) => Number(count) > 0);
  return (
    <Card>
      <CardHead
        title="Found"
        note={`${plural(sumOf(located), "record")} in ${plural(places.length, "place")}. Backups hold the same until they age out.`}
      />
      <ul className="grid grid-cols-2 gap-px border-line border-t bg-line sm:grid-cols-4">
        {STORE_NAMES.map((store) => (
          <li key={store} className="bg-surface px-4 py-2.5">
            <p className="text-faint text-xs first-letter:uppercase">{store}</p>
            <p className={`num font-medium text-lg ${stores[store] === 0 ? "text-faint" : "text-ink"}`}>
              {integer(stores[store])}
            </p>
          </li>
        ))}
      </ul>
      {places.length > 0 && (
        <p className="border-line border-t px-4 py-2.5 text-faint text-xs">
          {places.map(([place, count]) => `${place} ${integer(Number(count))}`).join(" · ")}
        </p>
      )}
    </Card>
  );
}
