/**
 * Says that calls still run. KEYS: clock, open leases, then each lease. ARGV: time, and the milliseconds that each is good
 * for from now. One that is over or settled stays so.
 */
import { ground } from "./ground.lua.ts";
import { script } from "./script.ts";

const renew = `
local expires = text(now + tonumber(ARGV[2]))
for i = 3, #KEYS do redis.call('ZADD', KEYS[2], 'XX', 'GT', expires, KEYS[i]) end
return ''
`;

export const renewScript = script(ground, renew);
