--- Tells of changes: `User` events for code, notifications for a person.
local focus = require('polecat.editor.focus')
local notify = require('polecat.editor.notify')
local sentence = require('polecat.editor.sentence')

local M = {}

--- What is notified when the configuration does not say.
local DEFAULT = 'waiting,died,idle'
--- An agent of which only silence tells counts as busy while it starts; that is over after this
--- time, in ms.
local START = 10000
--- An idle agent of which only silence tells may as well be thinking: it is notified when it has
--- been silent for so long, in ms.
local SILENCE = 10000

--- How many changes each session has had.
---@type table<string, integer>
local changes_of = {}

--- The states that are notified.
---@return string[]
function M.notified()
  local words = require('polecat.config').get(nil, 'notify')
  words = type(words) == 'string' and words or DEFAULT
  return vim.split((words:gsub('%s', '')), ',', { plain = true, trimempty = true })
end

--- Whether an agent that is idle now had something to do before.
---@param change polecat.Change
---@return boolean
local function has_worked(change)
  local guessed = change.data.state_source == 'silence' and (change.age or START) < START
  return not guessed and (change.from == 'working' or change.from == 'waiting')
end

--- The state that a change is notified as, when it is.
---@param change polecat.Change
---@return string?
local function state_of(change)
  if change.event == 'PolecatWaiting' then
    return 'waiting'
  elseif change.event == 'PolecatDied' then
    -- A start that fails says so itself.
    return change.from ~= 'starting' and change.from ~= 'stopped' and 'died' or nil
  elseif change.event ~= 'PolecatStateChanged' or change.from == change.data.new then
    return nil
  end
  local new = change.data.new
  local told_by_another = new == 'waiting' or new == 'died'
  local no_news = new == 'idle' and not has_worked(change)
  return not told_by_another and not no_news and new or nil
end

---@type table<string, fun(text: string)>
local tellers = { waiting = notify.warn, died = notify.error }

---@param change polecat.Change
---@param state string
local function notify_of(change, state)
  if not focus.is_on(change.data.session_id) then
    local tell = tellers[state] or notify.info
    tell(sentence.of(change))
  end
end

--- Notifies a change that is wanted: at once, or when a guess has turned out to last.
---@param change polecat.Change
local function notify_in_time(change)
  local session = change.data.session_id
  local count = (changes_of[session] or 0) + 1
  changes_of[session] = count
  local state = state_of(change)
  if not state or not vim.list_contains(M.notified(), state) then
    return
  elseif state ~= 'idle' or change.data.state_source ~= 'silence' then
    return notify_of(change, state)
  end
  vim.defer_fn(function()
    if changes_of[session] == count then
      notify_of(change, state)
    end
  end, SILENCE)
end

--- A snapshot does not always say how an agent ended; its record does.
---@param change polecat.Change
---@param done fun()
local function with_exit(change, done)
  local data = change.data
  local folder = change.home or data.workdir
  if change.event ~= 'PolecatDied' or data.exit or not folder then
    return done()
  end
  local args = { polecat = data.polecat, at = { cwd = folder } }
  require('polecat.rpc.client').call('session.status', args, function(_, info)
    data.exit = info and info.exit
    done()
  end)
end

---@param change polecat.Change
local function tell(change)
  -- What a user's code does wrong must not keep the others from hearing.
  local opts = { pattern = change.event, data = change.data, modeline = false }
  local ok, why = pcall(vim.api.nvim_exec_autocmds, 'User', opts)
  if not ok then
    notify.error(('an autocommand for `%s`: %s'):format(change.event, why))
  end
  notify_in_time(change)
end

--- Tells of `changes` in order, in a turn of their own: the backend does not wait for them.
---@param changes polecat.Change[]
function M.changes(changes)
  if #changes == 0 then
    return
  end
  vim.schedule(function()
    for _, change in ipairs(changes) do
      with_exit(change, function()
        tell(change)
      end)
    end
  end)
end

return M
