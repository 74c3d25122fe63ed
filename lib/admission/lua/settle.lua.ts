/**
 * Settles leases, as many as there are at once. KEYS: clock, open leases, then each lease. ARGV: time, then for each lease
 * its true tokens, its cost, and `cost,number,number,` for budgets that were charged another cost ("": none).
 * A lease that is not there (settled before) changes nothing; one that is over has nothing to give back.
 * Answers the soft budgets that were crossed, as `lease/rule` numbers.
 *
 * Hashes are written at the end, once each, and the leases go after them: a script that fails on the way has done nothing.
 */
import { ground } from "./ground.lua.ts";
import { script } from "./script.ts";

const settle = `
-- Older slices with one of them changed, or put where it belongs. @returns nil when nothing changes, and the change
local function changed_slice(older, slice, delta)
  local from, upto, before = string.find(',' .. older, ',' .. text(slice) .. ':(%d+),')
  before = tonumber(before) or 0
  local after = math.max(0, before + delta)
  if after == before then return nil, 0 end
  local entry = text(slice) .. ':' .. text(after) .. ','
  if from then return string.sub(older, 1, from - 1) .. entry .. string.sub(older, upto), after - before end
  for at, number in string.gmatch(older, '()(%d+):%d+,') do
    if tonumber(number) > slice then
      return string.sub(older, 1, at - 1) .. entry .. string.sub(older, at), after
    end
  end
  return older .. entry, after
end

local function true_up(key, hash, field, span, slice, delta)
  if delta == 0 or floor(now * 60 / span) - slice >= 61 then return end
  local newest, sum, count = slice, 0, 0
  if hash[field] then newest, sum, count = window(hash[field]) end
  if newest > slice then
    if newest - slice >= 61 then return end
    local name = 'o' .. field
    local older, change = changed_slice(hash[name] or call('HGET', key, name) or '', slice, delta)
    if not older then return end
    put(key, name, older)
    put(key, field, format('%d/%d/%d', newest, sum + change, count))
    return
  end
  if newest < slice then
    -- The window was lost and made anew by an older settlement.
    if hash['o' .. field] then call('HSET', key, 'o' .. field, hash['o' .. field]) end
    local older
    sum, older = advance(key, field, newest, slice, sum, count)
    count = 0
    put(key, 'o' .. field, older)
  end
  -- An adjustment may not take more than was put in, and makes a window that was lost only for what it adds.
  local after = math.max(0, count + delta)
  if after ~= count then put(key, field, format('%d/%d/%d', slice, sum + after - count, after)) end
end

local function spend(key, hash, field, meant, soft, cost)
  local meta, name = hash[field], 's' .. string.sub(field, 2)
  local before = hash[name]
  if not meta or not before then return false end
  if meta ~= meant then
    local period = match(meta, ' (%S+)$')
    if period ~= '-' and period ~= match(meant, ' (%S+)$') then return false end
  end
  put(key, name, add(key, name, before, cost))
  return soft and left(soft, before) > 0 and left(soft, hash[name]) <= 0
end

local crossed, gone = {}, {}
local leases = call('MGET', unpack(KEYS, 3))
for i, lease in ipairs(leases) do
  local name = KEYS[i + 2]
  if lease and not gone[name] then
    gone[name], gone[#gone + 1] = true, name
    local tokens, cost, apart = ARGV[i * 3 - 1], ARGV[i * 3], ARGV[i * 3 + 1]
    local state, taken, reserved, at, back, written, keys = match(lease, LEASE)
    local delta = tokens - taken
    each_rule(written, keys, function(key, hash, metric, third, field, number, ceiling)
      if metric == 't' then
        local slice = back ~= '-' and match(',' .. back, ',' .. number .. '=(%d+),')
        true_up(key, hash, field, third, slice and tonumber(slice) or floor(at * 60 / third), delta)
        return
      end
      if metric ~= 'p' then
        local own = apart ~= '' and string.find(apart, ',' .. number .. ',', 1, true) and match(apart, '^%d+')
        if spend(key, hash, field, third, metric == 's' and ceiling, own or cost) then
          crossed[#crossed + 1] = text(i - 1) .. '/' .. text(number)
        end
      end
      if state == '+' then give_back(key, hash, metric, field, reserved) end
    end)
  end
end
write_hashes()
if #gone > 0 then
  call('DEL', unpack(gone))
  call('ZREM', KEYS[2], unpack(gone))
end
return table.concat(crossed, ' ')
`;

export const settleScript = script(ground, settle);
