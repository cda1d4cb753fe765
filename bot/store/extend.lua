-- Heartbeat: lengthens claims of a shard.
-- KEYS: 1 due (heads are built from the shard's prefix; all share the slot)
-- ARGV: 1 prefix of the shard's keys, 2 lease in seconds, 3 now or "" for the server's time,
--       then pairs of mailbox id and claim token
-- Result: the ids whose claim is another's now
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local until_ = string.format('%.6f', now + tonumber(ARGV[2]))
local lost = {}
for at = 4, #ARGV, 2 do
  if redis.call('HGET', ARGV[1] .. 'head:' .. ARGV[at], 'claim') == ARGV[at + 1] then
    redis.call('ZADD', KEYS[1], until_, ARGV[at])
  else
    lost[#lost + 1] = ARGV[at]
  end
end
return lost
