-- Stores one update in a mailbox, once.
-- KEYS: 1 due, 2 head, 3 inbox, 4 seen
-- ARGV: 1 mailbox id, 2 raw update, 3 seconds to remember it, 4 now or "" for the server's time, 5 wake channel
-- Result: 1 stored, 0 it was stored before
if not redis.call('SET', KEYS[4], '1', 'NX', 'EX', ARGV[3]) then
  -- A write, so that whoever waits for the replicas waits for the first push, too.
  redis.call('EXPIRE', KEYS[4], ARGV[3])
  return 0
end
redis.call('RPUSH', KEYS[3], ARGV[2])
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
-- A held mailbox is looked at again by its holder, or by the next one when the claim runs out.
if redis.call('HEXISTS', KEYS[2], 'claim') == 0 then
  redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[1])
end
redis.call('PUBLISH', ARGV[5], ARGV[1])
return 1
