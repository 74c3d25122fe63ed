/**
 * The take of one call: everything or nothing, in one round trip.
 * KEYS: clock, open leases, this lease, then each rule's counter. ARGV: time, the lease's milliseconds, tokens, cost,
 * least tokens and least cost ("" and "": nothing less will do), then each rule's text, then pairs of a rule's number and
 * the spend that the ledger gave for it.
 * A rule's text is `metric ceiling span-or-duration period`, metric one of r t p b, s for a soft budget.
 * Answers `A now tokens cost n figure...` (n: times "~" was added to the lease's key, which was taken),
 * `R now tokens cost figure...` or `U number...`. figure: `used/slice` or the fields of a window; slots held;
 * `spent/reserved`.
 *
 * A window is a hash: n newest slice, s sum, and the count of each slice under its number modulo 61. While the slice
 * stays the same a take reads three fields and writes three. A budget is a hash: d duration, p period, s spent,
 * r reserved, u when the spend is unknown, x when its life is made longer next. Slots are a number.
 */
import { ground } from "./ground.lua.ts";
import { script } from "./script.ts";

const read = `
expire()
local rules, unprimed, given = {}, {}, {}
for i = 7 + #KEYS - 3, #ARGV, 2 do given[tonumber(ARGV[i])] = ARGV[i + 1] end

for i = 1, #KEYS - 3 do
  local key = KEYS[i + 3]
  local metric, ceiling, span, period = string.match(ARGV[i + 6], '^(%a) (%S+) (%S+) (%S+)$')
  local rule = { key = key, metric = metric, ceiling = tonumber(ceiling), period = period, span = span }
  rules[i] = rule
  if metric == 'b' or metric == 's' then
    local known = redis.call('HMGET', key, 'd', 'p', 's', 'r', 'u', 'x')
    rule.money, rule.spent, rule.reserved, rule.kept = ceiling, known[3], known[4] or '0', known[6]
    if known[5] or known[1] ~= span then
      local spent = given[i - 1]
      if spent then
        redis.call('HSET', key, 'd', span, 'p', period, 's', spent)
        redis.call('HDEL', key, 'u')
        redis.call('PEXPIRE', key, text(QUIET_MS))
        rule.spent = spent
      else
        unprimed[#unprimed + 1] = i - 1
      end
    elseif later(period, known[2]) then
      redis.call('HSET', key, 'p', period, 's', '0')
      rule.spent = '0'
    end
  elseif metric == 'p' then
    rule.held = tonumber(redis.call('GET', key) or '0')
  else
    local slice = math.floor(now * 60 / tonumber(span))
    local known = redis.call('HMGET', key, 'n', 's', text(slice % 61))
    local newest = tonumber(known[1]) or -61
    rule.slice, rule.used, rule.count = slice, tonumber(known[2]) or 0, tonumber(known[3]) or 0
    if slice - newest >= 61 then
      rule.used, rule.count, rule.stale = 0, 0, newest >= 0
    elseif slice > newest then
      rule.gone, rule.count = {}, 0
      for passed = newest + 1, slice do rule.gone[#rule.gone + 1] = text(passed % 61) end
      for _, count in ipairs(redis.call('HMGET', key, unpack(rule.gone))) do
        rule.used = rule.used - (tonumber(count) or 0)
      end
    elseif slice < newest then
      rule.slice = newest
      rule.count = tonumber(redis.call('HGET', key, text(newest % 61))) or 0
    end
    rule.fresh = slice > newest
  end
end
if #unprimed > 0 then return 'U ' .. table.concat(unprimed, ' ') end
`;

const decide = `
local tokens, cost = tonumber(ARGV[3]), ARGV[4]
if ARGV[5] ~= '' then
  local money = tonumber(cost)
  for _, rule in ipairs(rules) do
    if rule.metric == 't' then
      tokens = math.min(tokens, rule.ceiling - rule.used)
    elseif rule.metric == 'b' then
      local room = left(rule.money, rule.spent, rule.reserved)
      if room < money then money, cost = room, text(room) end
    end
  end
  tokens = math.max(tokens, tonumber(ARGV[5]))
  if tonumber(ARGV[6]) > money then cost = ARGV[6] end
end

local refused = false
for _, rule in ipairs(rules) do
  if rule.metric == 'b' then
    refused = refused or left(rule.money, rule.spent) <= 0
      or left(rule.money, rule.spent, rule.reserved, cost) < 0
  elseif rule.metric == 'p' then
    refused = refused or rule.held >= rule.ceiling
  elseif rule.metric ~= 's' then
    rule.amount = rule.metric == 't' and tokens or 1
    refused = refused or rule.used + rule.amount > rule.ceiling
  end
end

local answer = { refused and 'R' or 'A', text(now), text(tokens), cost }
if refused then
  for i, rule in ipairs(rules) do
    if rule.money then
      answer[i + 4] = rule.spent .. '/' .. rule.reserved
    elseif rule.held then
      answer[i + 4] = text(rule.held)
    else
      answer[i + 4] = dump(rule.key)
    end
  end
  return table.concat(answer, ' ')
end
`;

const write = `
local HOUR_MS = 3600000
local expires = now + tonumber(ARGV[2])
local lifetime = text(tonumber(ARGV[2]) + QUIET_MS)
local lease = { text(expires) .. ' ' .. text(tokens) .. ' ' .. cost }
for i, rule in ipairs(rules) do
  local key = rule.key
  if rule.money then
    -- A soft budget refuses nobody, so nothing is reserved in it, however much a call may ask for.
    local soft = rule.metric == 's'
    if not soft then redis.call('HINCRBY', key, 'r', cost) end
    -- Its life is made longer once an hour, not with every call.
    if now >= tonumber(rule.kept or '0') then
      redis.call('HSET', key, 'x', text(now + HOUR_MS))
      redis.call('PEXPIRE', key, text(lifetime + HOUR_MS))
    end
    local ceiling = soft and rule.money or '-'
    lease[#lease + 1] = rule.metric .. ' ' .. text(i - 1) .. ' ' .. rule.period .. ' ' .. ceiling .. ' ' .. key
    answer[i + 5] = rule.spent .. '/0'
  elseif rule.held then
    local held = text(rule.held + 1)
    redis.call('SET', key, held, 'PX', lifetime)
    lease[#lease + 1] = 'p ' .. text(i - 1) .. ' - - ' .. key
    answer[i + 5] = held
  else
    local slice, used = text(rule.slice), text(rule.used + rule.amount)
    if rule.metric == 't' then
      lease[#lease + 1] = 't ' .. text(i - 1) .. ' ' .. rule.span .. ' ' .. slice .. ' ' .. key
    end
    -- Written for an amount of nothing too: the settlement finds its slice in place.
    if rule.stale then redis.call('DEL', key) end
    if rule.gone then redis.call('HDEL', key, unpack(rule.gone)) end
    redis.call('HSET', key, 'n', slice, 's', used, text(rule.slice % 61), text(rule.count + rule.amount))
    if rule.fresh then redis.call('PEXPIRE', key, text(rule.span * 2 + 60000)) end
    if rule.amount > 0 then
      answer[i + 5] = used .. '/' .. slice
    else
      answer[i + 5] = dump(key)
    end
  end
end
local key, again = KEYS[3], 0
while not redis.call('SET', key, table.concat(lease, '\\n'), 'NX', 'PX', lifetime) do
  key, again = key .. '~', again + 1
end
answer[5] = text(again)
redis.call('ZADD', KEYS[2], text(expires), key)
redis.call('PEXPIRE', KEYS[2], lifetime)
return table.concat(answer, ' ')
`;

export const takeScript = script(ground, read, decide, write);
