-- Drives one target for a fixed time and then lets every call in flight end, so that the number of answers wrk counts
-- is exactly the number of answers the target gave. Arguments: seconds, path, file with the body, then "Name: value" headers.
-- Not `wrk -d` alone: it cuts the last calls off, and a ledger could not be compared with its count.
local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long seconds; long nanoseconds; } bench_time;
  int clock_gettime(int clock, bench_time *time);
]])
local CLOCK_MONOTONIC = 1
local time = ffi.new("bench_time")

local function now()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local call, window, deadline

function init(args)
  window = tonumber(args[1])
  local file = assert(io.open(args[3], "rb"))
  local body = file:read("*a")
  file:close()
  local headers = { ["Content-Type"] = "application/json" }
  for i = 4, #args do
    local name, value = args[i]:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  call = wrk.format("POST", args[2], headers, body)
end

-- wrk asks once before the run to look at the request: the clock starts at the second question.
local asked = 0
function request()
  asked = asked + 1
  if asked == 1 then return call end
  local at = now()
  if deadline == nil then deadline = at + window end
  -- Nothing to write: the connection stays open and silent until wrk ends.
  if at >= deadline then return "" end
  return call
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers":%d,"refused":%d,"socketErrors":%d,"p50Us":%d,"p99Us":%d,"maxUs":%d}\n',
    summary.requests,
    errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50),
    latency:percentile(99),
    latency.max
  ))
end
