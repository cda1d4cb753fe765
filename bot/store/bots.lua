-- The number of a bot among those that have used a shard, in the order in which they came.
-- KEYS: 1 bots
-- ARGV: 1 id of the bot
-- Result: its number, 0 for the first
local number = redis.call('HGET', KEYS[1], ARGV[1])
if number then return tonumber(number) end
number = redis.call('HLEN', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[1], number)
return number
