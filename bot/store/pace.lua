-- Rates shared by all processes (the generic cell rate algorithm): reserves the next free moments.
-- KEYS: the paces under which a permit stands, each within the next one
-- ARGV: 1 now or "" for the server's time, 2 seconds to block everybody in the first pace before, for each pace
--       the seconds per permit and the burst in permits, then for each permit that is wanted and each pace the
--       longest wait in seconds
-- Result: for each permit the seconds to wait for each pace, as text; a wait over its longest reserves nothing;
--         "" for a pace whose longest the wait for an earlier one exceeds; a wait under a millisecond, which is
--         less than timers can, is none
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local paces = {}
for at, key in ipairs(KEYS) do
  local full = math.max(tonumber(redis.call('GET', key) or '0'), now)
  paces[at] = {
    key = key, step = tonumber(ARGV[1 + 2 * at]), burst = tonumber(ARGV[2 + 2 * at]), full = full, before = full,
  }
end
local block = tonumber(ARGV[2])
if block > 0 then
  local first = paces[1]
  first.full = math.max(first.full, now + block + first.step * (first.burst - 1))
end
local waits = {}
for at = 3 + 2 * #KEYS, #ARGV, #KEYS do
  local so_far = 0
  for place, pace in ipairs(paces) do
    local longest = tonumber(ARGV[at + place - 1])
    if so_far > longest then
      waits[#waits + 1] = ''
    else
      local wait = pace.full - now - pace.step * (pace.burst - 1)
      if wait < 0.001 then wait = 0 end
      if wait <= longest then pace.full = pace.full + pace.step end
      waits[#waits + 1] = string.format('%.6f', wait)
      so_far = math.max(so_far, wait)
    end
  end
end
for _, pace in ipairs(paces) do
  if pace.full > pace.before then
    local ttl = math.ceil((pace.full - now) * 1000) + 1000
    redis.call('SET', pace.key, string.format('%.6f', pace.full), 'PX', ttl)
  end
end
return waits
