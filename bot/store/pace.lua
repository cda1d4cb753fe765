-- A rate shared by all processes (the generic cell rate algorithm): reserves the next free moment.
-- KEYS: 1 pace
-- ARGV: 1 seconds per permit, 2 burst in permits, 3 longest wait in seconds to reserve for,
--       4 now or "" for the server's time, 5 seconds to block everybody first ("0" to reserve)
-- Result: seconds to wait, as text; a wait over the longest reserves nothing
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local step, burst, block = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local wait
if block > 0 then
  wait = block
  local blocked = now + block + step * (burst - 1)
  if blocked > full then full = blocked end
else
  wait = full - now - step * (burst - 1)
  if wait < 0 then wait = 0 end
  if wait > tonumber(ARGV[3]) then return string.format('%.6f', wait) end
  full = full + step
end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000) + 1000)
return string.format('%.6f', wait)
