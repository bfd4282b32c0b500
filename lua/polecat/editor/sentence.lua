--- How a change reads: what a person must know of it to decide whether to go and look.
local message = require('polecat.ui.message')

local M = {}

--- No cell more than this of a line, however wide the screen is.
local WIDTH = 160

local WAITS = {
  permission = 'waits for permission',
  question = 'waits for an answer',
  trust = 'waits to be trusted',
  ['sign-in'] = 'waits for a sign-in',
}

---@param text? string
---@return string?
local function some(text)
  return text and text:find('%S') and text or nil
end

--- What is asked, the most telling part first: it may be all that there is room for.
---@param data { reason?: string, text?: string, about?: string, choices?: string[] }
---@return string[]
local function question(data)
  local text, about = some(data.text), some(data.about)
  if data.reason == 'permission' then
    -- `Do you want to proceed?` alone tells nothing.
    return vim.list_extend(about and { about } or {}, { text })
  elseif data.reason == 'question' then
    local choices = data.choices and table.concat(data.choices, ' / ')
    return vim.list_extend(text and { text } or {}, { some(choices) })
  end
  return vim.list_extend(text and { text } or {}, { about })
end

--- How an agent ended, and its last words.
---@param exit? polecat.Exit
---@return string[]
local function ending(exit)
  if not exit then
    return {}
  end
  local how = exit.status and ('exit status %d'):format(exit.status)
  how = how or (exit.signal and ('signal %d'):format(exit.signal)) or 'cause unknown'
  local last = exit.tail and exit.tail[#exit.tail]
  return { how .. (last and ': ' .. last or '') }
end

--- What happened in words, and what is known of it besides.
---@param change polecat.Change
---@return string what
---@return string[] more
local function words_of(change)
  local data = change.data
  if change.event == 'PolecatWaiting' then
    return WAITS[data.reason] or 'waits for a person', question(data)
  elseif change.event == 'PolecatDied' then
    return 'died', ending(data.exit)
  end
  return (data.new == 'exited' and 'has ' or 'is ') .. data.new, {}
end

--- What a message line has room for.
---@return integer
local function room()
  return math.max(math.min(WIDTH, message.room()), 20)
end

--- `ash (shop) waits for permission: Bash command · rm -rf build · Do you want to proceed?`; each
--- part on a line of its own where there is room.
---@param change polecat.Change
---@return string
function M.of(change)
  local what, more = words_of(change)
  local text = ('`%s` (%s) %s'):format(change.data.polecat, change.data.rig_name, what)
  local short = message.is_line()
  local parts = table.concat(vim.tbl_map(message.on_one_line, more), short and ' · ' or '\n')
  text = message.on_one_line(text) .. (parts ~= '' and ': ' .. parts or '')
  return short and message.cut(text, room(), '…') or text
end

return M
