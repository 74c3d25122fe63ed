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

-- What waits to be written of a window's older slices, or what its hash has.
local function older_of(key, hash, name)
  local more = hash.more or {}
  for n = #more - 1, 1, -2 do
    if more[n] == name then return more[n + 1] end
  end
  return call('HGET', key, name) or ''
end

local function put_older(hash, name, older)
  local more = hash.more or {}
  more[#more + 1], more[#more + 2], hash.more = name, older, more
end

local function true_up(key, hash, f, span, slice, delta)
  if delta == 0 or floor(now * 60 / span) - slice >= 61 then return end
  local newest, sum, count = slice, 0, 0
  local header, name = hash.values[f], 'o' .. hash.fields[f]
  if header then newest, sum, count = window(header) end
  if newest > slice then
    if newest - slice >= 61 then return end
    local older, change = changed_slice(older_of(key, hash, name), slice, delta)
    if not older then return end
    put_older(hash, name, older)
    put(hash, f, format('%d/%d/%d', newest, sum + change, count))
    return
  end
  if newest < slice then
    -- The window was lost, and made anew by the settlement of an older call.
    local older
    sum, older = advance(sum > count and older_of(key, hash, name) or '', newest, slice, sum, count)
    put_older(hash, name, older)
    count = 0
  end
  -- An adjustment may not take more than was put in, and makes a window that was lost only for what it adds.
  local after = math.max(0, count + delta)
  if after ~= count then put(hash, f, format('%d/%d/%d', slice, sum + after - count, after)) end
end

-- @param f number of the field of a budget's duration and period; what was spent is the next
local function spend(key, hash, f, meant, soft, cost)
  local meta, before = hash.values[f], hash.values[f + 1]
  if not meta or not before then return false end
  if meta ~= meant then
    local period = match(meta, ' (%S+)$')
    if period ~= '-' and period ~= match(meant, ' (%S+)$') then return false end
  end
  local after = add(key, hash.fields[f + 1], before, cost)
  put(hash, f + 1, after)
  return soft and left(soft, before) > 0 and left(soft, after) <= 0
end

local crossed, gone = {}, {}
local leases = call('MGET', unpack(KEYS, 3))
for i, lease in ipairs(leases) do
  local name = KEYS[i + 2]
  if lease and not gone[name] then
    gone[name], gone[#gone + 1] = true, name
    local tokens, cost, apart = ARGV[i * 3 - 1], ARGV[i * 3], ARGV[i * 3 + 1]
    local head, number = string.find(lease, '\\n', 1, true), -1
    local state, taken, reserved, at, back = match(string.sub(lease, 1, head - 1), HEAD)
    local delta = tokens - taken
    for _, subject in ipairs(subjects_of(lease, head)) do
      local key, rules, f = subject[1], subject[4], 1
      local hash = hash_of(key, subject[3])
      for r = 1, #rules, 3 do
        local metric, third = rules[r], rules[r + 2]
        number, f = number + 1, f + 1
        if metric == 't' then
          local slice = back ~= '-' and match(',' .. back, ',' .. number .. '=(%d+),')
          true_up(key, hash, f, third, slice and tonumber(slice) or floor(at * 60 / third), delta)
        elseif metric == 'p' then
          if state == '+' then give_back(key, hash, f) end
        elseif metric ~= 'r' then
          local own = apart ~= '' and string.find(apart, ',' .. number .. ',', 1, true) and match(apart, '^%d+')
          if spend(key, hash, f, third, metric == 's' and rules[r + 1], own or cost) then
            crossed[#crossed + 1] = text(i - 1) .. '/' .. text(number)
          end
          if state == '+' and metric == 'b' then give_back(key, hash, f + 2, reserved) end
          f = f + 2
        end
      end
    end
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
