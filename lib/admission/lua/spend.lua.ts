/** The small scripts beside take and settle: a budget's spend read and set, and the instances that are alive. */
import { script } from "./script.ts";

/** KEYS: budgets. ARGV: spend, or "" to make it unknown. What is unknown stays so. */
export const setSpendScript = script(`
for _, key in ipairs(KEYS) do
  local known = redis.call('HMGET', key, 'd', 'u')
  if known[1] and ARGV[1] == '' then
    redis.call('HSET', key, 'u', '1')
  elseif known[1] and not known[2] then
    redis.call('HSET', key, 's', ARGV[1])
  end
end
return ''
`);

/** KEYS: one budget. Answers its spend, "" when it is unknown. */
export const spentScript = script(`
local known = redis.call('HMGET', KEYS[1], 's', 'u')
return not known[2] and known[1] or ''
`);

/**
 * KEYS: the sorted set of instances. ARGV: this one's id, the milliseconds a sign of life counts, "1" to sign off.
 * Answers how many live.
 */
export const heartbeatScript = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] == '1' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[2])), ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return tostring(redis.call('ZCARD', KEYS[1]))
`);

/**
 * One stretch of a search through all keys. KEYS: the clock, which says on which shard. ARGV: cursor, pattern.
 * Answers the next cursor ("0": done) and how many keys were removed.
 */
export const eraseScript = script(`
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
for _, key in ipairs(found[2]) do redis.call('DEL', key) end
return found[1] .. ' ' .. tostring(#found[2])
`);
