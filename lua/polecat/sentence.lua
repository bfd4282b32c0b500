--- How a change reads: what a person must know of it to decide whether to go and look.
local M = {}

--- No cell more than this of a line, however wide the screen is.
local WIDTH = 160

local WAITS = {
  permission = 'waits for permission',
  question = 'waits for an answer',
  trust = 'waits to be trusted',
  ['sign-in'] = 'waits for a sign-in',
}

--- Whether messages end up in Neovim's own message line, where a second line means a hit-enter
--- prompt; a user's own `vim.notify` has room.
---@return boolean
local function is_message_line()
  local source = debug.getinfo(vim.notify, 'S').source
  -- Neovim 0.12 may have its own Lua compiled in without the names of its files.
  return source == '?' or source:find('^@?vim/_') ~= nil
end

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
  how = how or (exit.signal and ('signal %d'):format(exit.signal)) or 'nobody knows how'
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

---@param text string
---@return string
local function on_one_line(text)
  return vim.trim((text:gsub('[%s%c]+', ' ')))
end

--- What a message line has room for: more would ask for a key press.
---@param text string
---@return string
local function cut(text)
  local room = math.max(math.min(WIDTH, vim.v.echospace - 1), 20)
  if vim.fn.strdisplaywidth(text) <= room then
    return text
  end
  local kept = vim.fn.strcharpart(text, 0, room)
  while vim.fn.strdisplaywidth(kept) >= room do
    kept = vim.fn.strcharpart(kept, 0, vim.fn.strchars(kept) - 1)
  end
  return kept .. '…'
end

--- `ash (shop) waits for permission: Bash command · rm -rf build · Do you want to proceed?`; each
--- part on a line of its own where there is room.
---@param change polecat.Change
---@return string
function M.of(change)
  local what, more = words_of(change)
  local text = ('`%s` (%s) %s'):format(change.data.polecat, change.data.rig_name, what)
  local short = is_message_line()
  local parts = table.concat(vim.tbl_map(on_one_line, more), short and ' · ' or '\n')
  text = on_one_line(text) .. (parts ~= '' and ': ' .. parts or '')
  return short and cut(text) or text
end

return M
