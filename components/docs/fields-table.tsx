/** Fields or parameters: name, kind, meaning. On small screens each is a block of its own. */

import { Inline } from "./inline.tsx";

export interface ShownField {
  readonly name: string;
  readonly kind: string;
  readonly required: boolean;
  readonly doc: string;
}

export function FieldsTable({ caption, fields }: { caption: string; fields: readonly ShownField[] }) {
  return (
    <dl aria-label={caption} className="divide-y divide-line rounded-md border border-line text-sm">
      {fields.map(({ name, kind, required, doc }) => (
        <div key={name} className="grid gap-x-4 px-3 py-1.5 sm:grid-cols-[13rem_minmax(0,1fr)]">
          <dt className="min-w-0">
            <code className="break-all font-mono text-ink text-xs">{name}</code>
            {required && <span className="ml-1.5 text-2xs text-warn">required</span>}
          </dt>
          <dd className="min-w-0 break-words text-soft text-xs leading-5">
            {kind}
            {doc !== "" && (
              <span className="text-faint">
                {" · "}
                <Inline text={doc} />
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
