-- Claims mailboxes of a shard that are due.
-- KEYS: 1 due (the other keys of the shard are built from its prefix; all share the slot)
-- ARGV: 1 prefix of the shard's keys, 2 limit, 3 claim token, 4 lease in seconds, 5 most updates and
--       outbox entries to hand over, 6 now or "" for the server's time
-- Result: now, the time of the next due mailbox or "", then per claimed mailbox:
--       id, head as flat pairs, updates, outbox entries, size of the message map, when it was due, and the
--       records: account, intents, book, shown
local now = tonumber(ARGV[6])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local claimed = {}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now), 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local until_ = string.format('%.6f', now + tonumber(ARGV[4]))
local last = tonumber(ARGV[5]) - 1
for at = 1, #due, 2 do
  local id = due[at]
  local head = ARGV[1] .. 'head:' .. id
  local inbox = ARGV[1] .. 'inbox:' .. id
  redis.call('ZADD', KEYS[1], until_, id)
  redis.call('HSET', head, 'claim', ARGV[3], 'done', 0)
  -- Whoever claims it looks at it.
  redis.call('HDEL', head, 'roused')
  local updates = redis.call('LRANGE', inbox, 0, last)
  if #updates > 0 then redis.call('HINCRBY', head, 'tries', 1) end
  claimed[#claimed + 1] = {
    id, redis.call('HGETALL', head), updates, redis.call('LRANGE', ARGV[1] .. 'outbox:' .. id, 0, last),
    redis.call('HLEN', ARGV[1] .. 'map:' .. id), due[at + 1],
    redis.call(
      'MGET', ARGV[1] .. 'account:' .. id, ARGV[1] .. 'intents:' .. id, ARGV[1] .. 'book:' .. id,
      ARGV[1] .. 'shown:' .. id
    ),
  }
end
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { string.format('%.6f', now), next[2] or '', claimed }
