-- Rates shared by all processes (the generic cell rate algorithm): reserves the next free moment.
-- KEYS: the paces under which the permit stands, each within the next one
-- ARGV: 1 now or "" for the server's time, 2 seconds to block everybody in the first pace instead or 0, then for
--       each pace the seconds per permit, the burst in permits, and the longest wait in seconds
-- Result: for each pace the seconds to wait, as text; a wait over its longest reserves nothing, and one over what
--         the next pace allows is the last; one under a millisecond, which is less than timers can, is none
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local block = tonumber(ARGV[2])
local waits, so_far = {}, 0
for place, key in ipairs(KEYS) do
  local step, burst, longest = tonumber(ARGV[3 * place]), tonumber(ARGV[3 * place + 1]), tonumber(ARGV[3 * place + 2])
  if so_far > longest then break end
  local full = math.max(tonumber(redis.call('GET', key) or '0'), now)
  local wait = full - now - step * (burst - 1)
  if wait < 0.001 then wait = 0 end
  local after = full
  if block > 0 then
    after = math.max(full, now + block + step * (burst - 1))
  elseif wait <= longest then
    after = full + step
  end
  if after > full then
    redis.call('SET', key, string.format('%.6f', after), 'PX', math.ceil((after - now) * 1000) + 1000)
  end
  waits[place], so_far = string.format('%.6f', wait), math.max(so_far, wait)
end
return waits
