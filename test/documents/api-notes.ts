/**
 * What docs/api.md says about each route and each error code. The sentences stand in lib/openapi, where the API reference
 * takes them from, too: add yours to lib/openapi/route-notes.ts. A route or code without one fails the test.
 */
export { ERROR_NOTES } from "#lib/openapi/error-notes.ts";
export { ROUTE_NOTES } from "#lib/openapi/route-notes.ts";
