-- Carries out commands for the holder of a claim, all or none, and nothing for anybody else.
-- KEYS: 1 head, 2 account, then every other key that the commands touch
-- ARGV: 1 claim token, 2 number of the commit under this claim, 3 the account's record that the commands
--       replace or "" where they replace none, then each command as its number of words and the words
-- Result: 1 done, now or when it was asked for before; 0 the claim is another's now; 2 the account's record
--         is another one: somebody without a claim has changed it
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
-- One that got no answer is asked for again, and may itself arrive late.
local done = redis.call('HGET', KEYS[1], 'done') or '0'
if tonumber(done) >= tonumber(ARGV[2]) then
  -- A write, so that whoever waits for the replicas waits for the first one, too.
  redis.call('HSET', KEYS[1], 'done', done)
  return 1
end
if ARGV[3] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[3] then return 2 end
redis.call('HSET', KEYS[1], 'done', ARGV[2])
local at = 4
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
end
return 1
