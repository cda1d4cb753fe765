-- Keeps an access to hh.ru, to be given back at its time.
-- KEYS: 1 unconfirmed
-- ARGV: 1 its code, 2 it, sealed, 3 seconds until then, 4 now or "" for the server's time,
--       5 seconds for which the key lives
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
redis.call('ZADD', KEYS[1], string.format('%.6f', now + tonumber(ARGV[3])), ARGV[1] .. ' 0 ' .. ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[5])
