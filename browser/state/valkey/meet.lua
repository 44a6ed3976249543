-- Note which server this is, and when it may have forgotten something.
-- KEYS: the note. ARGV: time, run id of the server, run id that the caller met before or empty.

local now = clock(ARGV[1])
local run, known = ARGV[2], ARGV[3]
local noted = redis.call('HGET', KEYS[1], 'run')
local another = known ~= '' and known ~= run
if noted and noted ~= run or not noted and another then
  redis.call('HSET', KEYS[1], 'run', run, 'lost', text(now))
elseif not noted then  -- nothing has ever been here
  redis.call('HSET', KEYS[1], 'run', run, 'lost', '0')
elseif another and redis.call('HGET', KEYS[1], 'lost') == '0' then
  -- A process that is new has been here first, and could not know.
  redis.call('HSET', KEYS[1], 'lost', text(now))
end
return 1
