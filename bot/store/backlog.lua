-- How much of a shard waits for a worker.
-- KEYS: 1 due
-- ARGV: 1 now or "" for the server's time
-- Result: mailboxes, those of them that are due, seconds since the first of these fell due as text
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
local late = first and math.max(0, now - tonumber(first)) or 0
return {
  redis.call('ZCARD', KEYS[1]), redis.call('ZCOUNT', KEYS[1], '-inf', string.format('%.6f', now)),
  string.format('%.6f', late),
}
