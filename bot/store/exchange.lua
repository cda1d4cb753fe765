-- Replaces the record of an account where it still is the one that was read, whoever holds the mailbox.
-- KEYS: 1 account, 2 head, 3 due
-- ARGV: 1 the record as it was read, 2 the new one, 3 claim token of the caller, 4 mailbox id, 5 now or "" for
--       the server's time, 6 wake channel
-- Result: the record as it is now: the new one, another one that was there, or nothing
local stored = redis.call('GET', KEYS[1])
if stored == ARGV[2] then
  -- A write, so that whoever waits for the replicas waits for the first exchange, too.
  redis.call('SET', KEYS[1], stored)
  return stored
end
if stored ~= ARGV[1] then return stored end
redis.call('SET', KEYS[1], ARGV[2])
local claim = redis.call('HGET', KEYS[2], 'claim')
if claim == ARGV[3] then return ARGV[2] end
local now = ARGV[5]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.6f', tonumber(time[1]) + tonumber(time[2]) / 1000000)
end
-- Somebody else has begun, or ended, with the old record: a worker is to look at the new one.
if claim then
  redis.call('HSET', KEYS[2], 'roused', now)
else
  redis.call('ZADD', KEYS[3], 'LT', now, ARGV[4])
  redis.call('PUBLISH', ARGV[6], ARGV[4])
end
return ARGV[2]
