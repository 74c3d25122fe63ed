/** 404 within the API reference. */
import { NothingHere } from "#components/shell/nothing-here.tsx";

export default function NotFound() {
  return <NothingHere href="/docs" label="To the API reference" />;
}
