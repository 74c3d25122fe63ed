/**
 * The take of one call: everything or nothing, in one round trip.
 * KEYS: clock, open leases, this lease, then the hash of each of the plan's subjects. ARGV: time, the lease's milliseconds,
 * tokens, cost, least tokens and least cost ("" and "": nothing less will do), the plan, then pairs of a rule's number and
 * the spend that the ledger gave for it.
 * Answers `A now tokens cost n figure...` (n: times "~" was added to the lease's key, which was taken),
 * `R now tokens cost figure...` or `U number...`. figure: a window as its hash has it, `;` and its older slices where the
 * newest does not tell all; slots held; `spent/reserved`. Rules are numbered from 0 as they stand in the plan.
 *
 * What a rule's hash said is kept in one table for each kind of figure, under the rule's number: a table for each rule
 * would cost more than all the arithmetic.
 */
import { ground } from "./ground.lua.ts";
import { script } from "./script.ts";

const read = `
expire()
local ttl, plan = tonumber(ARGV[2]), decode(ARGV[7])
local ends, used, slices, counts, olders, spent, reserved = {}, {}, {}, {}, {}, {}, {}
local running, unprimed, given, i = {}, {}, {}, 0
-- Whether a rule has no room for any call, and what the others leave.
local refused, most_tokens, most_money = false, math.huge, math.huge
for n = 8, #ARGV, 2 do given[tonumber(ARGV[n])] = ARGV[n + 1] end

for place, subject in ipairs(plan) do
  local key, fields, rules, at = KEYS[place + 3], subject[3], subject[4], 1
  local known = call('HMGET', key, unpack(fields))
  ends[place] = known[1]
  for r = 1, #rules, 3 do
    local metric = rules[r]
    i, at = i + 1, at + 1
    if metric == 'r' or metric == 't' then
      local span, header = rules[r + 2], known[at]
      local slice = running[span]
      if not slice then
        slice = floor(now * 60 / span)
        running[span] = slice
      end
      if header then
        local newest, sum, count = window(header)
        if newest < slice then
          local older = sum > count and call('HGET', key, 'o' .. fields[at]) or ''
          sum, olders[i] = advance(older, newest, slice, sum, count)
          newest, count = slice, 0
        end
        slices[i], used[i], counts[i] = newest, sum, count
      else
        slices[i], used[i], counts[i] = slice, 0, 0
      end
      local room = rules[r + 1] - used[i]
      if metric == 'r' then
        refused = refused or room < 1
      elseif room < most_tokens then
        most_tokens = room
      end
    elseif metric == 'p' then
      used[i] = tonumber(known[at] or 0)
      refused = refused or used[i] >= rules[r + 1]
    else
      local meant, meta = rules[r + 2], known[at]
      spent[i], reserved[i] = known[at + 1], known[at + 2] or '0'
      if meta ~= meant then
        local duration, period = match(meant, '^(%S+) (%S+)$')
        local known_duration, known_period = match(meta or '', '^(%S+) (%S+)$')
        if known_duration ~= duration then
          spent[i] = given[i - 1]
          if not spent[i] then unprimed[#unprimed + 1] = i - 1 end
        elseif later(period, known_period) then
          spent[i] = '0'
        else
          meant = nil
        end
        if meant and spent[i] then
          call('HSET', key, fields[at], meant, fields[at + 1], spent[i])
          ends[place] = keep(key, ends[place], subject[1] + ttl, subject[2])
        end
      end
      if metric == 'b' and spent[i] then
        local ceiling = rules[r + 1]
        local room = left(ceiling, spent[i], reserved[i])
        if room < most_money then most_money = room end
        -- Spent up: what costs nothing is refused as well.
        refused = refused or room <= 0 and left(ceiling, spent[i]) <= 0
      end
      at = at + 2
    end
  end
end
if #unprimed > 0 then return 'U ' .. table.concat(unprimed, ' ') end
`;

const decide = `
local tokens, cost = tonumber(ARGV[3]), ARGV[4]
if ARGV[5] ~= '' then
  tokens = math.max(math.min(tokens, most_tokens), tonumber(ARGV[5]))
  local money = tonumber(cost)
  if most_money < money then money, cost = most_money, text(most_money) end
  if tonumber(ARGV[6]) > money then cost = ARGV[6] end
end
refused = refused or tokens > most_tokens or tonumber(cost) > most_money

local answer = { refused and 'R' or 'A', text(now), text(tokens), cost }

local function figure(key, field, header, n, count)
  if used[n] == count then return header end
  return header .. ';' .. (olders[n] or call('HGET', key, 'o' .. field) or '')
end

if refused then
  i = 0
  for place, subject in ipairs(plan) do
    local fields, rules, at = subject[3], subject[4], 1
    for r = 1, #rules, 3 do
      i, at = i + 1, at + 1
      if spent[i] then
        answer[i + 4] = spent[i] .. '/' .. reserved[i]
        at = at + 2
      elseif slices[i] then
        local header = format('%d/%d/%d', slices[i], used[i], counts[i])
        answer[i + 4] = figure(KEYS[place + 3], fields[at], header, i, counts[i])
      else
        answer[i + 4] = text(used[i])
      end
    end
  end
  return table.concat(answer, ' ')
end
`;

const write = `
local back = ''
i = 0
for place, subject in ipairs(plan) do
  local key, fields, rules, at, set, n = KEYS[place + 3], subject[3], subject[4], 1, {}, 0
  for r = 1, #rules, 3 do
    local metric = rules[r]
    i, at = i + 1, at + 1
    if metric == 'r' or metric == 't' then
      local amount = metric == 't' and tokens or 1
      local slice, count = slices[i], counts[i] + amount
      used[i] = used[i] + amount
      local header = format('%d/%d/%d', slice, used[i], count)
      set[n + 1], set[n + 2], n = fields[at], header, n + 2
      if olders[i] then set[n + 1], set[n + 2], n = 'o' .. fields[at], olders[i], n + 2 end
      -- The settlement tells the slice from the time, but for a window that is ahead of it.
      if slice ~= running[rules[r + 2]] then back = back .. text(i - 1) .. '=' .. text(slice) .. ',' end
      answer[i + 5] = count > 0 and header or figure(key, fields[at], header, i, count)
    elseif metric == 'p' then
      local held = text(used[i] + 1)
      set[n + 1], set[n + 2], n = fields[at], held, n + 2
      answer[i + 5] = held
    else
      -- A soft budget refuses nobody, so nothing is reserved in it, however much a call may ask for.
      if metric == 'b' then
        local field = fields[at + 2]
        set[n + 1], set[n + 2], n = field, add(key, field, reserved[i], cost), n + 2
      end
      answer[i + 5] = spent[i] .. '/0'
      at = at + 2
    end
  end
  if n > 0 then call('HSET', key, unpack(set)) end
  keep(key, ends[place], subject[1] + ttl, subject[2])
end
local expires, lifetime = text(now + ttl), text(ttl + QUIET_MS)
local lease = table.concat({ '+' .. expires, answer[3], cost, answer[2], (back == '' and '-' or back) .. '\\n' }, ' ')
lease = lease .. ARGV[7] .. '\\n' .. table.concat(KEYS, '\\n', 4)
local key, again = KEYS[3], 0
while not call('SET', key, lease, 'NX', 'PX', lifetime) do
  key, again = key .. '~', again + 1
end
answer[5] = text(again)
call('ZADD', KEYS[2], expires, key)
call('PEXPIRE', KEYS[2], lifetime)
return table.concat(answer, ' ')
`;

export const takeScript = script(ground, read, decide, write);
