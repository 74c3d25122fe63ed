/** The small scripts beside take and settle: a budget's spend read and set, and the instances that are alive. */
import { script } from "./script.ts";

/** KEYS: the hash of each budget's subject. ARGV: spend, or "" to make it unknown, then each budget's field. What is unknown stays so. */
export const setSpendScript = script(`
for i, key in ipairs(KEYS) do
  local field = ARGV[i + 1]
  if redis.call('HEXISTS', key, 'b' .. field) == 1 then
    if ARGV[1] == '' then
      redis.call('HDEL', key, 'b' .. field)
    else
      redis.call('HSET', key, 's' .. field, ARGV[1])
    end
  end
end
return ''
`);

/** KEYS: the hash of a budget's subject. ARGV: its field. Answers its spend, "" when it is unknown. */
export const spentScript = script(`
local known = redis.call('HMGET', KEYS[1], 'b' .. ARGV[1], 's' .. ARGV[1])
return known[1] and known[2] or ''
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
 * Answers the next cursor ("0": done) and how many counters were removed: a hash holds many, of budgets the spend counts.
 */
export const eraseScript = script(`
local found, count = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000), 0
for _, key in ipairs(found[2]) do
  local fields = string.find(key, ':subject:', 1, true) and redis.call('HKEYS', key) or { 's' }
  for _, field in ipairs(fields) do
    if string.find(field, '^[s:]') then count = count + 1 end
  end
  redis.call('DEL', key)
end
return found[1] .. ' ' .. tostring(count)
`);
