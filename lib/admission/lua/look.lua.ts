/**
 * Where rules stand. KEYS: clock, open leases, then the hash of each of the plan's subjects. ARGV: time, the plan.
 * Answers `now figure...` in the words of take.lua.ts, `-` for a budget whose spend is unknown.
 */
import { ground } from "./ground.lua.ts";
import { script } from "./script.ts";

const look = `
expire()
local answer = { text(now) }
for place, subject in ipairs(decode(ARGV[2])) do
  local key, fields, rules, at = KEYS[place + 2], subject[3], subject[4], 1
  local known = call('HMGET', key, unpack(fields))
  for r = 1, #rules, 3 do
    at = at + 1
    local metric, figure = rules[r], known[at]
    if metric == 'b' or metric == 's' then
      local duration, period = match(rules[r + 2], '^(%S+) (%S+)$')
      local known_duration, known_period = match(figure or '', '^(%S+) (%S+)$')
      figure = '-'
      if known_duration == duration then
        figure = (later(period, known_period) and '0' or known[at + 1]) .. '/' .. (known[at + 2] or '0')
      end
      at = at + 2
    elseif not figure then
      figure = metric == 'p' and '0' or '0/0/0'
    elseif metric ~= 'p' then
      figure = figure .. ';' .. (call('HGET', key, 'o' .. fields[at]) or '')
    end
    answer[#answer + 1] = figure
  end
end
return table.concat(answer, ' ')
`;

export const lookScript = script(ground, look);
