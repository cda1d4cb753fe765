-- Carries out commands for the holder of a claim, all or none, and nothing for anybody else.
-- KEYS: 1 head, then every other key that the commands touch
-- ARGV: 1 claim token, then each command as its number of words and the words
-- Result: 1 done, 0 the claim is another's now
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
local at = 2
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
end
return 1
