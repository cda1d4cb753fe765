-- Takes an access whose time to be given back has come, and puts its next try off, each for twice as long:
-- nobody else takes it meanwhile, and it holds up no other.
-- KEYS: 1 unconfirmed
-- ARGV: 1 now or "" for the server's time, 2 seconds until the second try, 3 most tries
-- Result: the member as it is kept from now on, after the last try no more; nothing where none is due
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now), 'LIMIT', 0, 1)[1]
if not due then return false end
local code, tries, sealed = string.match(due, '^(%S+) (%d+) (.*)$')
local member = code .. ' ' .. tries + 1 .. ' ' .. sealed
-- Added before the other goes: a key that was empty in between would have lost its expiry.
if tries + 1 < tonumber(ARGV[3]) then
  redis.call('ZADD', KEYS[1], string.format('%.6f', now + ARGV[2] * 2 ^ tries), member)
end
redis.call('ZREM', KEYS[1], due)
return member
