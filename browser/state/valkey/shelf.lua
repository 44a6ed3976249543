-- Values under a ceiling of octets; the one used least recently goes first.
--
-- ARGV: what to do, a test's time, name of the value, then what the function reads.
--
--   at:<name>  hash: order (its variants, the newest first) and a field for each variant
--   used       names by their last use
--   octets     octets by name
--   total      octets of all

local A_SWEEP = 16 -- values that one call drops at most for not having been used
local USED, OCTETS, TOTAL = SHELF .. 'used', SHELF .. 'octets', SHELF .. 'total'
local name = ARGV[3]
local V = SHELF .. 'at:' .. name

local function use(now)
  redis.call('ZADD', USED, text(now), name)
  redis.call('PEXPIRE', V, math.ceil(KEPT * 1000))
end

local function drop(gone)
  redis.call('DECRBY', TOTAL, redis.call('HGET', OCTETS, gone) or 0)
  redis.call('HDEL', OCTETS, gone)
  redis.call('ZREM', USED, gone)
  redis.call('UNLINK', SHELF .. 'at:' .. gone)
end

local function order()
  local found = {}
  for variant in string.gmatch(redis.call('HGET', V, 'order') or '', '%S+') do
    found[#found + 1] = variant
  end
  return found
end

local todo = {}

-- The values, the newest first.
function todo.get()
  local found = order()
  if not found[1] then return {} end
  use(clock(ARGV[2]))
  return redis.call('HMGET', V, unpack(found))
end

-- ARGV: variant, value, octets that all may have, octets that one may have, how many variants.
-- What it replaces goes in any case.
function todo.put()
  local variant, value, most, many = ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[8])
  local now = clock(ARGV[2])
  if #value > tonumber(ARGV[7]) then return drop(name) end
  local kept = { variant }
  for _, other in ipairs(order()) do
    if other ~= variant then
      if #kept < many then kept[#kept + 1] = other else redis.call('HDEL', V, other) end
    end
  end
  redis.call('HSET', V, variant, value, 'order', table.concat(kept, ' '))
  local octets = 0
  for _, each in ipairs(kept) do
    octets = octets + redis.call('HSTRLEN', V, each) + OVERHEAD
  end
  redis.call('INCRBY', TOTAL, octets - (redis.call('HGET', OCTETS, name) or 0))
  redis.call('HSET', OCTETS, name, octets)
  use(now)
  local unused = '(' .. text(now - KEPT)
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', USED, '-inf', unused, 'LIMIT', 0, A_SWEEP)) do
    drop(gone)
  end
  while tonumber(redis.call('GET', TOTAL)) > most do
    drop(redis.call('ZRANGE', USED, 0, 0)[1])
  end
end

function todo.forget()
  drop(name)
end

-- ARGV: seconds that values are to live unused, whether that lengthens their lives (GT) or shortens
-- them (LT), their names. How many of them there are.
function todo.live()
  local from = clock(ARGV[2]) + tonumber(ARGV[4]) - KEPT
  local there = 0
  for n = 6, #ARGV do
    local value = SHELF .. 'at:' .. ARGV[n]
    if redis.call('EXISTS', value) == 1 then
      redis.call('ZADD', USED, 'XX', ARGV[5], text(from), ARGV[n])
      redis.call('PEXPIRE', value, math.ceil(ARGV[4] * 1000), ARGV[5])
      there = there + 1
    end
  end
  return { there }
end

return todo[ARGV[1]]()
