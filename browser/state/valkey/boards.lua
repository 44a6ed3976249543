-- What replicas say.
-- KEYS: replicas by the moment they spoke last; what stands before a replica's name to make the
-- key of its board. ARGV: what to do, time, then what that takes.

local now = clock(ARGV[2])
local last = string.format('%.0f', SILENCE * 1000)

local act = {}

-- replica, how many names are gone, these, then names and what is said. Whether it was known.
function act.post()
  local replica, gone = ARGV[3], tonumber(ARGV[4])
  local key = KEYS[2] .. replica
  local spoke = redis.call('ZSCORE', KEYS[1], replica)
  local known = spoke and now - tonumber(spoke) <= SILENCE
  if not known then
    redis.call('DEL', key)
  end
  for n = 5, 4 + gone do
    redis.call('HDEL', key, ARGV[n])
  end
  for n = 5 + gone, #ARGV, 2 do
    redis.call('HSET', key, ARGV[n], ARGV[n + 1])
  end
  redis.call('PEXPIRE', key, last)
  redis.call('ZADD', KEYS[1], text(now), replica)
  redis.call('PEXPIRE', KEYS[1], last)
  return known and 1 or 0
end

function act.read()
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. text(now - SILENCE))
  local reply = {}
  for _, replica in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    reply[#reply + 1] = replica
    reply[#reply + 1] = redis.call('HGETALL', KEYS[2] .. replica)
  end
  return reply
end

return act[ARGV[1]]()
