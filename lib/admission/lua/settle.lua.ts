/**
 * Settles leases, as many as there are at once. KEYS: clock, open leases, then each lease. ARGV: time, then for each lease
 * its true tokens, its cost, and `cost,index,index,` for budgets that were charged another cost ("": none).
 * A lease that is not there (settled before) changes nothing; one that is over has nothing to give back.
 * Answers the soft budgets that were crossed, as `lease/rule` numbers.
 */
import { ground } from "./ground.lua.ts";
import { script } from "./script.ts";

const settle = `
local function true_up(key, span, slice, delta)
  if delta == 0 or math.floor(now * 60 / span) - slice >= 61 then return end
  local field = text(slice % 61)
  local known = redis.call('HMGET', key, 'n', 's', field)
  local before = tonumber(known[3]) or 0
  -- An adjustment may not take more than was put in, and makes a window that was lost only for what it adds.
  local after = math.max(0, before + delta)
  if after == before then return end
  redis.call('HSET', key, 'n', known[1] or text(slice), 's', text((tonumber(known[2]) or 0) + after - before),
    field, text(after))
  if not known[1] then redis.call('PEXPIRE', key, text(span * 2 + 60000)) end
end

local function spend(key, period, soft, cost)
  local known = redis.call('HMGET', key, 'p', 's', 'u')
  if known[3] or not known[2] or (known[1] ~= '-' and known[1] ~= period) then return false end
  redis.call('HINCRBY', key, 's', cost)
  return soft ~= '-' and left(soft, known[2]) > 0 and left(soft, redis.call('HGET', key, 's')) <= 0
end

local crossed = {}
for i = 3, #KEYS do
  local lease = redis.call('GET', KEYS[i])
  if lease then
    local tokens, cost, apart = ARGV[i * 3 - 7], ARGV[i * 3 - 6], ARGV[i * 3 - 5]
    local taken, reserved = string.match(lease, '^%S+ (%S+) (%S+)')
    for kind, rule, a, b, key in string.gmatch(lease, '\\n([tbs]) (%S+) (%S+) (%S+) ([^\\n]+)') do
      if kind == 't' then
        true_up(key, tonumber(a), tonumber(b), tonumber(tokens) - tonumber(taken))
      else
        local own = string.find(apart, ',' .. rule .. ',', 1, true) and string.match(apart, '^%d+') or cost
        if spend(key, a, b, own) then crossed[#crossed + 1] = text(i - 3) .. '/' .. rule end
      end
    end
    if string.sub(lease, -2) ~= '\\nx' then give_back(lease, reserved) end
    redis.call('DEL', KEYS[i])
    redis.call('ZREM', KEYS[2], KEYS[i])
  end
end
return table.concat(crossed, ' ')
`;

export const settleScript = script(ground, settle);
