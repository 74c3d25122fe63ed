/**
 * What every admission script begins with: exact arithmetic, the time that counts, what a subject's hash holds, and how
 * leases give back. KEYS[1] is the clock, KEYS[2] the sorted set of open leases, ARGV[1] the caller's time ("" asks Redis,
 * whose time needs no guard: a window never goes back to an older slice).
 *
 * - Lua's numbers are doubles, exact to 2^53. Money travels as decimal text; `left` subtracts it, when it is long, in two
 *   parts of nine digits, so that its sign is exact for every 64-bit sum and its value up to 9 million dollars; what no call
 *   can come near needs no more than a double. `add` leaves long sums to HINCRBY, which is exact. Every number is put into words by `text`: Lua's own way is three times as
 *   slow and turns long ones into 1e+14.
 * - A subject (`key:ID`, `team:ID`, ...) has one hash for all its counters, so that a call reads and writes it once. F is a
 *   counter's field in it (`:tpm`): F itself is a window, `newest slice/sum/count of that slice`, or the slots held; `oF` a
 *   window's older slices, oldest first, `slice:count,` each; of a budget `bF` is `duration period` (absent: its spend is
 *   unknown), `sF` what was spent and `rF` what is reserved. `x` says when the hash ends.
 * - A plan tells in JSON what a call's rules are; see plan.ts. Calls of one caller come with the same text.
 * - A lease is `+` (`x` once it is over: it gave back what it held, and waits for a settlement that may still come),
 *   `expiry tokens cost time slices`, and below that its plan and its subjects' keys, a line each. It names keys that the script was
 *   not given; all of them carry one hash tag, so that they lie on the shard that runs it.
 */
export const ground = `
local QUIET_MS = 172800000
local call, match, format, floor, decode = redis.call, string.match, string.format, math.floor, cjson.decode

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

local function left(ceiling, a, b)
  local rough = ceiling - a - (b or 0)
  if rough > 20000000000000000 or #ceiling < 16 and #a < 16 and (not b or #b < 16) then return rough end
  local high, low = parts(ceiling)
  for _, amount in ipairs({ a, b }) do
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

local function window(header)
  local newest, sum, count = match(header, '^(%d+)/(%d+)/(%d+)$')
  return tonumber(newest), tonumber(sum), tonumber(count)
end

-- A window whose newest slice lies behind: what has left it leaves its sum. @returns the sum and the older slices
local function advance(older, newest, slice, sum, count)
  if slice - newest >= 61 then return 0, '' end
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

-- Hashes as settlements find and leave them, a value for each field that was asked for: leases that end together mostly
-- share their subjects. Nothing is written before all is read, so that a script that fails has changed nothing.
local hashes = {}

local function write_hash(key, hash)
  local values, fields, set, n = hash.values, hash.fields, hash.more or {}, hash.more and #hash.more or 0
  for f in pairs(hash.changed) do
    set[n + 1], set[n + 2], n = fields[f], values[f], n + 2
  end
  if n == 0 then return end
  call('HSET', key, unpack(set))
  if not values[1] then keep(key, false, QUIET_MS, 0) end
end

local function same(fields, others)
  if fields == others then return true end
  if #fields ~= #others then return false end
  for f = 1, #fields do
    if fields[f] ~= others[f] then return false end
  end
  return true
end

local function hash_of(key, fields)
  local hash = hashes[key]
  if hash then
    if same(hash.fields, fields) then return hash end
    write_hash(key, hash)
  end
  hash = { fields = fields, values = call('HMGET', key, unpack(fields)), changed = {} }
  hashes[key] = hash
  return hash
end

local function put(hash, f, value)
  hash.values[f], hash.changed[f] = value, true
end

local function write_hashes()
  for key, hash in pairs(hashes) do write_hash(key, hash) end
  hashes = {}
end

local HEAD = '^(.)%S+ (%S+) (%S+) (%S+) (%S+)$'

-- The subjects of a lease, as of its plan, with the key of each in front. Leases of one caller mostly have the same.
local parsed = {}
local function subjects_of(lease, head)
  local below = string.sub(lease, head + 1)
  local subjects = parsed[below]
  if subjects then return subjects end
  local to = string.find(below, '\\n', 1, true)
  subjects = decode(string.sub(below, 1, to - 1))
  for _, subject in ipairs(subjects) do
    local from = to + 1
    to = string.find(below, '\\n', from, true) or #below + 1
    subject[1] = string.sub(below, from, to - 1)
  end
  parsed[below] = subjects
  return subjects
end

-- @param f number of the field of slots or of what a budget has reserved
local function give_back(key, hash, f, cost)
  local held = hash.values[f]
  if not held or cost == '0' then return end
  if not cost then
    put(hash, f, text(math.max(0, held - 1)))
  else
    put(hash, f, left(held, cost) > 0 and add(key, hash.fields[f], held, '-' .. cost) or '0')
  end
end

-- Leases that are over give back what they hold.
local function expire()
  local over = call('ZRANGEBYSCORE', KEYS[2], '-inf', text(now))
  if #over == 0 then return end
  for _, name in ipairs(over) do
    local lease = call('GET', name)
    if lease then
      local head = string.find(lease, '\\n', 1, true)
      local _, _, cost = match(string.sub(lease, 1, head - 1), HEAD)
      for _, subject in ipairs(subjects_of(lease, head)) do
        local key, fields, rules, at = subject[1], subject[3], subject[4], 1
        local hash = hash_of(key, fields)
        for r = 1, #rules, 3 do
          local metric = rules[r]
          at = at + 1
          if metric == 'p' then
            give_back(key, hash, at)
          elseif metric == 'b' then
            give_back(key, hash, at + 2, cost)
          end
          if metric == 'b' or metric == 's' then at = at + 2 end
        end
      end
      call('SET', name, 'x' .. string.sub(lease, 2), 'KEEPTTL')
    end
  end
  write_hashes()
  call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now))
end
`;
