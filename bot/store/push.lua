-- Stores one update in a mailbox, once.
-- KEYS: 1 due, 2 head, 3 inbox, 4 seen, 5 late
-- ARGV: 1 mailbox id, 2 raw update, 3 seconds to remember it, 4 now or "" for the server's time,
--       5 wake channel, 6 "1" for one that follows messages: it waits while a refused one is to come again
-- Result: 1 stored, 0 it was stored before, 2 it has to wait
local follows = ARGV[6] == '1'
if follows and redis.call('EXISTS', KEYS[5]) == 1 then return 2 end
if not redis.call('SET', KEYS[4], '1', 'NX', 'EX', ARGV[3]) then
  -- A write, so that whoever waits for the replicas waits for the first push, too.
  redis.call('EXPIRE', KEYS[4], ARGV[3])
  if not follows then redis.call('DEL', KEYS[5]) end
  return 0
end
-- After the first write: a full Redis refuses that, and no other of the same script.
if not follows then redis.call('DEL', KEYS[5]) end
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
