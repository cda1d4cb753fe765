-- Gives a mailbox back.
-- KEYS: 1 due, 2 head, 3 inbox
-- ARGV: 1 claim token, 2 mailbox id, 3 when to wake it or "" for never, 4 now or "" for the server's time,
--       5 wake channel, 6 "1" to give it back even where updates wait (the holder stops)
-- Result: 1 given back, 0 the claim is another's now, 2 kept: updates arrived meanwhile
if redis.call('HGET', KEYS[2], 'claim') ~= ARGV[1] then return 0 end
local waiting = redis.call('LLEN', KEYS[3]) > 0
if waiting and ARGV[6] ~= '1' then return 2 end
redis.call('HDEL', KEYS[2], 'claim')
if waiting then
  local now = ARGV[4]
  if now == '' then now = redis.call('TIME')[1] end
  redis.call('ZADD', KEYS[1], now, ARGV[2])
  redis.call('PUBLISH', ARGV[5], ARGV[2])
elseif ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[2])
else
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
end
return 1
