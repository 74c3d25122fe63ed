/** Tells the runner that the server answers. */
export function GET() {
  return new Response("ready");
}
