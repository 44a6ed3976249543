-- Sessions, and which of them end for want of room (browser.state.eviction).
--
-- ARGV: what to do, a test's time, the session's key, then what the function reads.
--
--   session:<key>    hash: head, state, past, sizes, owner, share, touched, and a field for each
--                    entry: d0 d1 ... displays, q0 ... quotes, s0 ... steps, a0 ... addresses
--   share:<digest>   the key of the session of a share
--   sessions:ends    all sessions by the moment they end
--   sessions:crowd   owners by how many they have; their names begin with the oldest use, so that
--                    of those with as many the one idle longest comes first
--   sessions:uses    counts uses
--   owner:<owner>    the owner's sessions by their last use
--   gone:<key>       for a while after a session was deleted: who had loaded it may not save it

local A_SWEEP = 32 -- sessions that one save ends at most of each kind
local STATES = 8 * 17 -- octets of the last eight states: sixteen digits and a space each
local ENDS, CROWD, USES = P .. 'sessions:ends', P .. 'sessions:crowd', P .. 'sessions:uses'
local key = ARGV[3]
local S = P .. 'session:' .. key

-- An owner's name in the crowd, and how many sessions it has.
local function place(owner)
  local oldest = redis.call('ZRANGE', P .. 'owner:' .. owner, 0, 0, 'WITHSCORES')
  if not oldest[1] then return nil, 0 end
  local name = string.format('%016.0f', tonumber(oldest[2])) .. owner
  return name, redis.call('ZCARD', P .. 'owner:' .. owner)
end

-- Change an owner's sessions, and its place in the crowd with them.
local function change(owner, command, ...)
  local before = place(owner)
  redis.call(command, P .. 'owner:' .. owner, ...)
  local after, count = place(owner)
  if before and before ~= after then redis.call('ZREM', CROWD, before) end
  if after then redis.call('ZADD', CROWD, count, after) end
end

local function drop(gone, owner)
  local share = redis.call('HGET', P .. 'session:' .. gone, 'share')
  if share and share ~= '' then redis.call('DEL', P .. 'share:' .. share) end
  redis.call('UNLINK', P .. 'session:' .. gone)
  redis.call('ZREM', ENDS, gone .. '\n' .. owner)
  change(owner, 'ZREM', gone)
end

local function sweep(now)
  local ended = redis.call('ZRANGEBYSCORE', ENDS, '-inf', '(' .. text(now), 'LIMIT', 0, A_SWEEP)
  for _, name in ipairs(ended) do
    drop(string.match(name, '^([^\n]*)\n(.*)$'))
  end
end

-- Of the owner with most sessions, the one idle longest that runs no command.
local function surplus(lease)
  local most = redis.call('ZREVRANGE', CROWD, 0, 0, 'WITHSCORES')[2]
  local owner = redis.call('ZRANGEBYSCORE', CROWD, most, most, 'LIMIT', 0, 1)[1]:sub(17)
  local from = 0
  while true do
    local keys = redis.call('ZRANGE', P .. 'owner:' .. owner, from, from + 63)
    if not keys[1] then return nil end
    for _, each in ipairs(keys) do
      if each ~= key and redis.call('EXISTS', lease .. each) == 0 then return each, owner end
    end
    from = from + 64
  end
end

local function make_room(most, lease)
  for _ = 1, math.min(redis.call('ZCARD', ENDS) - most, A_SWEEP) do
    local gone, owner = surplus(lease)
    if not gone then return end
    drop(gone, owner)
  end
end

local todo = {}

-- ARGV: the state that is known, its four sizes.
-- Nothing; the state, when it is the known one; or state, head, the sizes from which on entries
-- follow, the sizes of all, entries.
function todo.load()
  local state, past, head, now = unpack(redis.call('HMGET', S, 'state', 'past', 'head', 'sizes'))
  if not state then return {} end
  local known = ARGV[4]
  if state == known then return { state } end
  local kin = known ~= '' and string.find(past, known, 1, true)
  local from, fields, entries, nth = {}, {}, {}, 0
  for size in string.gmatch(now, '%d+') do
    nth = nth + 1
    from[nth] = kin and tonumber(ARGV[4 + nth]) or 0
    for i = from[nth], tonumber(size) - 1 do
      fields[#fields + 1] = string.sub('dqsa', nth, nth) .. i
    end
  end
  for first = 1, #fields, 1000 do
    local last = math.min(first + 999, #fields)
    for _, entry in ipairs(redis.call('HMGET', S, unpack(fields, first, last))) do
      entries[#entries + 1] = entry
    end
  end
  return { state, head, table.concat(from, ' '), now, entries }
end

-- ARGV: the state that is known, the new one, owner, digest of the share, seconds to live, how many
-- sessions there may be, what keys of leases begin with, seconds after which pages are touched,
-- head, sizes, then fields and their entries.
-- The new state and whether to touch the pages; or 'whole', when all of it must be sent; or 'busy',
-- when another has written meanwhile; or 'gone', when somebody has deleted it.
function todo.save()
  local known, new, owner, share, ttl = unpack(ARGV, 4, 8)
  local state, past, old, touched = unpack(redis.call('HMGET', S, 'state', 'past', 'share', 'touched'))
  local now = clock(ARGV[2])
  if not state and known ~= '' then
    return { redis.call('EXISTS', P .. 'gone:' .. key) == 1 and 'gone' or 'whole' }
  end
  if (state or '') ~= known then return { 'busy' } end
  for n = 14, #ARGV, 2 do redis.call('HSET', S, ARGV[n], ARGV[n + 1]) end
  redis.call('HSET', S, 'head', ARGV[12], 'sizes', ARGV[13], 'owner', owner, 'share', share,
    'state', new, 'past', string.sub((past or '') .. known .. ' ', -STATES),
    'touched', touched or text(now))
  local ms = math.ceil(ttl * 1000)
  redis.call('PEXPIRE', S, ms)
  if old and old ~= '' and old ~= share then redis.call('DEL', P .. 'share:' .. old) end
  if share ~= '' then redis.call('SET', P .. 'share:' .. share, key, 'PX', ms) end
  redis.call('ZADD', ENDS, text(now + ttl), key .. '\n' .. owner)
  change(owner, 'ZADD', redis.call('INCR', USES), key)
  sweep(now)
  make_room(tonumber(ARGV[9]), ARGV[10])
  return { new, now - (touched or now) >= tonumber(ARGV[11]) and 1 or 0 }
end

-- ARGV: the state it must be in; nothing for any. Then seconds for which who had loaded it may not
-- save it: 0 when it has ended by itself. Its head, if it was there.
function todo.drop()
  local state, owner, head = unpack(redis.call('HMGET', S, 'state', 'owner', 'head'))
  if not state or (ARGV[4] ~= '' and ARGV[4] ~= state) then return false end
  drop(key, owner)
  if tonumber(ARGV[5]) > 0 then
    redis.call('SET', P .. 'gone:' .. key, '', 'PX', math.ceil(ARGV[5] * 1000))
  end
  return head
end

-- Its pages were told to stay.
function todo.touch()
  if redis.call('EXISTS', S) == 1 then
    redis.call('HSET', S, 'touched', text(clock(ARGV[2])))
  end
  return 1
end

return todo[ARGV[1]]()
