-- Makes a mailbox due now, unless somebody holds it.
-- KEYS: 1 due, 2 head
-- ARGV: 1 mailbox id, 2 now or "" for the server's time, 3 wake channel
-- Result: 1 it is due, 0 it is held
if redis.call('HEXISTS', KEYS[2], 'claim') == 1 then return 0 end
local now = ARGV[2]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.6f', tonumber(time[1]) + tonumber(time[2]) / 1000000)
end
redis.call('ZADD', KEYS[1], 'LT', now, ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1
