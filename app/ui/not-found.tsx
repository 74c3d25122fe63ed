/** 404 outside of the console's frame: who asks may not be signed in. */
import { NothingHere } from "#components/shell/nothing-here.tsx";

export default function NotFound() {
  return (
    <main className="mx-auto max-w-xl px-4 pt-24">
      <NothingHere />
    </main>
  );
}
