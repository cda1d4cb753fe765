-- Gives a mailbox back.
-- KEYS: 1 due, 2 head, 3 inbox
-- ARGV: 1 claim token, 2 mailbox id, 3 when to wake it or "" for never, 4 wake channel,
--       5 "1" to give it back even where updates wait (its holder can't go on), 6 how many fields the head
--       loses, then these, and pairs of field and value that it gets
-- Result: 1 given back, 0 the claim is another's now, 2 kept: updates arrived meanwhile
if redis.call('HGET', KEYS[2], 'claim') ~= ARGV[1] then return 0 end
if ARGV[5] ~= '1' and redis.call('LLEN', KEYS[3]) > 0 then return 2 end
-- Since when somebody wants it to be looked at again (exchange.lua).
local wake = redis.call('HGET', KEYS[2], 'roused') or ARGV[3]
redis.call('HDEL', KEYS[2], 'claim', 'done', 'roused')
local gets = 7 + tonumber(ARGV[6])
if gets > 7 then redis.call('HDEL', KEYS[2], unpack(ARGV, 7, gets - 1)) end
if #ARGV >= gets then redis.call('HSET', KEYS[2], unpack(ARGV, gets)) end
if wake == '' then
  redis.call('ZREM', KEYS[1], ARGV[2])
else
  redis.call('ZADD', KEYS[1], wake, ARGV[2])
end
if ARGV[5] == '1' then
  redis.call('HDEL', KEYS[2], 'tries', 'begun')
  redis.call('PUBLISH', ARGV[4], ARGV[2])
end
return 1
