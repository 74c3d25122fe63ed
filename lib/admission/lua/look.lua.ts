/**
 * Where rules stand. KEYS: clock, open leases, then each rule's counter. ARGV: time, then each rule's text.
 * Answers `now figure...` in the words of take.lua.ts, `-` for a budget whose spend is unknown.
 */
import { ground } from "./ground.lua.ts";
import { script } from "./script.ts";

const look = `
expire()
local answer = { text(now) }
for i = 3, #KEYS do
  local metric, span, period = string.match(ARGV[i - 1], '^(%a) %S+ (%S+) (%S+)$')
  local figure = '-'
  if metric == 'b' or metric == 's' then
    local known = redis.call('HMGET', KEYS[i], 'd', 'p', 's', 'r', 'u')
    if not known[5] and known[1] == span then
      figure = (later(period, known[2]) and '0' or known[3]) .. '/' .. (known[4] or '0')
    end
  elseif metric == 'p' then
    figure = redis.call('GET', KEYS[i]) or '0'
  else
    figure = dump(KEYS[i])
  end
  answer[#answer + 1] = figure
end
return table.concat(answer, ' ')
`;

export const lookScript = script(ground, look);
