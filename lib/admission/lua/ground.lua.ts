/**
 * What every admission script begins with: exact arithmetic, the time that counts, and how leases give back.
 * KEYS[1] is the clock, KEYS[2] the sorted set of open leases, ARGV[1] the caller's time ("" asks Redis, whose time needs no
 * guard: a window never goes back to an older slice).
 *
 * - Lua's numbers are doubles, exact to 2^53. Money travels as decimal text; `left` subtracts it, when it is long, in two
 *   parts of nine digits, so that its sign is exact for every 64-bit sum and its value up to 9 million dollars. HINCRBY
 *   is exact. Every number is put into words by `text`: Lua's own way is three times as slow and turns long ones into 1e+14.
 * - A lease is one text: `expiry tokens cost`, then a line for each counter that its end must touch:
 *   `t index span slice key`, `p index - - key` or `b index period - key` (`s` and its ceiling for a soft budget), and a
 *   line `x` once it is over: it gave back what it held, and waits for a settlement that may still come. It names keys
 *   that the script was not given; all of them carry one hash tag, so that they lie on the shard that runs it.
 * - Everything expires: leases and their counters after two quiet days, windows after two spans, the clock after an
 *   hour, so that a clock that once ran ahead holds nobody up for longer.
 */
export const ground = `
local QUIET_MS = 172800000

local function text(number)
  return string.format('%d', number)
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

local now
if ARGV[1] == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
else
  now = tonumber(ARGV[1])
  local seen = tonumber(redis.call('GET', KEYS[1]) or '0')
  if now > seen then
    redis.call('SET', KEYS[1], text(now), 'PX', '3600000')
  else
    now = seen
  end
end

local function give_back(lease, cost)
  for kind, key in string.gmatch(lease, '\\n([pb]) %S+ %S+ %S+ ([^\\n]+)') do
    if kind == 'p' then
      if redis.call('DECR', key) < 0 then redis.call('DEL', key) end
    elseif cost ~= '0' then
      local reserved = redis.call('HGET', key, 'r')
      if reserved and left(reserved, cost) > 0 then
        redis.call('HINCRBY', key, 'r', '-' .. cost)
      elseif reserved then
        redis.call('HDEL', key, 'r')
      end
    end
  end
end

-- Leases that are over give back what they hold.
local function expire()
  local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', text(now))
  for _, key in ipairs(over) do
    local lease = redis.call('GET', key)
    if lease then
      give_back(lease, string.match(lease, '^%S+ %S+ (%S+)'))
      redis.call('SET', key, lease .. '\\nx', 'KEEPTTL')
    end
  end
  if #over > 0 then redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now)) end
end

local function later(period, known)
  return period ~= '-' and (known == '-' or tonumber(period) > tonumber(known))
end

local function dump(key)
  return table.concat(redis.call('HGETALL', key), ',')
end
`;
