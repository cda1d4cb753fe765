-- A rate shared by all processes (the generic cell rate algorithm): reserves the next free moments.
-- KEYS: 1 pace
-- ARGV: 1 seconds per permit, 2 burst in permits, 3 now or "" for the server's time, 4 seconds to block
--       everybody first, then for each permit that is wanted the longest wait in seconds
-- Result: seconds to wait for each permit, as text; a wait over its longest reserves nothing, and one under
--         a millisecond, which is less than timers can, is none
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local step, burst, block = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local before = full
if block > 0 then
  local blocked = now + block + step * (burst - 1)
  if blocked > full then full = blocked end
end
local waits = {}
for at = 5, #ARGV do
  local wait = full - now - step * (burst - 1)
  if wait < 0.001 then wait = 0 end
  if wait <= tonumber(ARGV[at]) then full = full + step end
  waits[#waits + 1] = string.format('%.6f', wait)
end
if full > before then
  redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000) + 1000)
end
return waits
