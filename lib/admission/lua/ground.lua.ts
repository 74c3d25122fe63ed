/**
 * What every admission script begins with: exact arithmetic, the time that counts, what a subject's hash holds, and how
 * leases give back. KEYS[1] is the clock, KEYS[2] the sorted set of open leases, ARGV[1] the caller's time ("" asks Redis,
 * whose time needs no guard: a window never goes back to an older slice).
 *
 * - Lua's numbers are doubles, exact to 2^53. Money travels as decimal text; `left` subtracts it, when it is long, in two
 *   parts of nine digits, so that its sign is exact for every 64-bit sum and its value up to 9 million dollars; `add`
 *   leaves long sums to HINCRBY, which is exact. Every number is put into words by `text`: Lua's own way is three times as
 *   slow and turns long ones into 1e+14.
 * - A subject (`key:ID`, `team:ID`, ...) has one hash for all its counters, so that a call reads and writes it once. F is a
 *   counter's field in it (`:tpm`): F itself is a window, `newest slice/sum/count of that slice`, or the slots held; `oF` a
 *   window's older slices, oldest first, `slice:count,` each; of a budget `bF` is `duration period` (absent: its spend is
 *   unknown), `sF` what was spent and `rF` what is reserved. `x` says when the hash ends.
 * - A plan tells in JSON what a call's rules are; see plan.ts. Calls of one caller come with the same text.
 * - A lease is `+` (`x` once it is over: it gave back what it held, and waits for a settlement that may still come),
 *   `expiry tokens cost time slices`, and below that its plan and the keys of its subjects. It names keys that the script was
 *   not given; all of them carry one hash tag, so that they lie on the shard that runs it.
 */
export const ground = `
local QUIET_MS = 172800000
local call, match, format, floor = redis.call, string.match, string.format, math.floor

local function text(number)
  return format('%d', number)
end

local function parts(amount)
  if string.sub(amount, 1, 1) == '-' then
    local high, low = parts(string.sub(amount, 2))
    return -high, -low
  end
  if #amount < 10 then return 0, tonumber(amount) end
  return tonumber(string.sub(amount, 1, -10)), tonumber(string.sub(amount, -9))
end

local function left(ceiling, a, b, c)
  b, c = b or '0', c or '0'
  if #ceiling < 16 and #a < 16 and #b < 16 and #c < 16 then return ceiling - a - b - c end
  local high, low = parts(ceiling)
  for _, amount in ipairs({ a, b, c }) do
    local h, l = parts(amount)
    high, low = high - h, low - l
  end
  return high * 1000000000 + low
end

local function add(key, field, value, amount)
  if #value < 16 and #amount < 16 then return text(value + amount) end
  call('HSET', key, field, value)
  call('HINCRBY', key, field, amount)
  return call('HGET', key, field)
end

local now
if ARGV[1] == '' then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
else
  now = tonumber(ARGV[1])
  local seen = tonumber(call('GET', KEYS[1]) or '0')
  if now > seen then
    call('SET', KEYS[1], text(now), 'PX', '3600000')
  else
    now = seen
  end
end

local plans = {}
local function plan_of(written)
  local plan = plans[written]
  if not plan then
    plan = cjson.decode(written)
    plans[written] = plan
  end
  return plan
end

local function window(header)
  local newest, sum, count = match(header, '^(%d+)/(%d+)/(%d+)$')
  return tonumber(newest), tonumber(sum), tonumber(count)
end

-- A window whose newest slice lies behind: what has left it leaves its sum. @returns the sum and the older slices
local function advance(key, field, newest, slice, sum, count)
  if slice - newest >= 61 then return 0, '' end
  local older = sum > count and call('HGET', key, 'o' .. field) or ''
  older = older .. text(newest) .. ':' .. text(count) .. ','
  local from = 1
  while true do
    local number, amount, after = match(older, '^(%d+):(%d+),()', from)
    if not number or slice - number < 61 then return sum, string.sub(older, from) end
    sum, from = sum - amount, after
  end
end

local function later(period, known)
  return period ~= '-' and (known == '-' or tonumber(period) > tonumber(known))
end

-- Makes a hash last for so long, and a while longer, so that this needs not be said with every call.
local function keep(key, ends, life, every)
  if (tonumber(ends) or 0) >= now + life then return ends end
  ends = text(now + life + every)
  call('HSET', key, 'x', ends)
  call('PEXPIRE', key, text(life + every))
  return ends
end

-- Hashes as settlements find and leave them: leases that end together mostly share their subjects.
local hashes, changed = {}, {}

local function hash_of(key, fields)
  local hash = hashes[key]
  if not hash then
    hash = {}
    hashes[key], changed[key] = hash, {}
  end
  if not hash[fields] then
    for n, value in ipairs(call('HMGET', key, unpack(fields))) do
      if hash[fields[n]] == nil then hash[fields[n]] = value end
    end
    hash[fields] = true
  end
  return hash
end

local function put(key, field, value)
  hashes[key][field], changed[key][field] = value, true
end

local function write_hashes()
  for key, fields in pairs(changed) do
    local pairs_of = {}
    for field in pairs(fields) do
      pairs_of[#pairs_of + 1] = field
      pairs_of[#pairs_of + 1] = hashes[key][field]
    end
    if #pairs_of > 0 then
      call('HSET', key, unpack(pairs_of))
      if not hashes[key].x then keep(key, false, QUIET_MS, 0) end
    end
  end
  hashes, changed = {}, {}
end

local LEASE = '^(.)%S+ (%S+) (%S+) (%S+) (%S+)\\n([^\\n]+)\\n(.*)$'

-- Calls visit(key, hash, metric, its third part, field, number) for each rule of a lease.
local function each_rule(written, keys, visit)
  local plan, place, number = plan_of(written), 0, -1
  for key in string.gmatch(keys, '[^\\n]+') do
    place = place + 1
    local fields, rules = plan[place][3], plan[place][4]
    local hash, at = hash_of(key, fields), 1
    for r = 1, #rules, 3 do
      local metric = rules[r]
      number, at = number + 1, at + 1
      if metric ~= 'r' then visit(key, hash, metric, rules[r + 2], fields[at], number, rules[r + 1]) end
      if metric == 'b' or metric == 's' then at = at + 2 end
    end
  end
end

local function give_back(key, hash, metric, field, cost)
  if metric == 'p' then
    if hash[field] then put(key, field, text(math.max(0, hash[field] - 1))) end
  elseif metric == 'b' and cost ~= '0' then
    field = 'r' .. string.sub(field, 2)
    local reserved = hash[field]
    if not reserved then return end
    put(key, field, left(reserved, cost) > 0 and add(key, field, reserved, '-' .. cost) or '0')
  end
end

-- Leases that are over give back what they hold.
local function expire()
  local over = call('ZRANGEBYSCORE', KEYS[2], '-inf', text(now))
  if #over == 0 then return end
  for _, name in ipairs(over) do
    local lease = call('GET', name)
    if lease then
      local _, _, cost, _, _, written, keys = match(lease, LEASE)
      each_rule(written, keys, function(key, hash, metric, _, field)
        give_back(key, hash, metric, field, cost)
      end)
      call('SET', name, 'x' .. string.sub(lease, 2), 'KEEPTTL')
    end
  end
  write_hashes()
  call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now))
end
`;
