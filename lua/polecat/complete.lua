--- Completion of the commands' arguments, from a cache: a `<Tab>` must not wait for tmux.
local M = {}

--- How long the very first `<Tab>` of a place may wait for its answer, in ms.
local FIRST_TIMEOUT = 150

--- The names that a word or a value can stand for. A new name is the user's to invent.
---@class polecat.Names
---@field polecats string[] Those of other rigs as `rig/polecat`, after those of this one.
---@field running string[] The same of polecats with a session.
---@field startable string[] The same of polecats whose agent does not run.
---@field sessions string[] All tmux sessions.
---@field agents string[]
---@field accounts string[]
---@field backups string[] Removed polecats that can be restored.
---@field rigs string[] Those that are known, of this machine and of hosts.
---@field hosts string[] Of the configuration.
local NOTHING = {
  polecats = {},
  running = {},
  startable = {},
  sessions = {},
  agents = {},
  accounts = {},
  backups = {},
  rigs = {},
  hosts = {},
}

--- By the place that was asked from: another folder may be of another rig.
---@type table<string, any>
local cache = {}
---@type table<string, boolean>
local asking = {}

--- What is known, which is asked for anew. An error is no answer, and no reason to disturb who is
--- typing.
---@param method string
---@return any
local function known(method)
  local at = require('polecat.editor.context').here()
  local place = table.concat({ method, at.file or '', at.cwd, at.rig or '' }, '\n')
  if not asking[place] then
    asking[place] = true
    require('polecat.rpc.client').call(method, { at = at }, function(_, found)
      asking[place], cache[place] = nil, found or cache[place]
    end)
  end
  if not cache[place] then
    vim.wait(FIRST_TIMEOUT, function()
      return not asking[place]
    end, 5)
  end
  return cache[place]
end

---@return polecat.Names
local function names()
  return known('complete') or NOTHING
end

--- The ids of the issues that can be begun.
---@return string[]
local function issues()
  return vim.tbl_map(function(issue)
    return issue.id
  end, known('rig.issues') or {})
end

--- What a message can name: what words in braces stand for, and where it begins the user's prompts.
---@param begins boolean
---@return { word: string, menu: string }[]
local function in_messages(begins)
  local prompts = begins and require('polecat.config').get(nil, 'prompts') or {}
  local found = {}
  for name, text in vim.spairs(type(prompts) == 'table' and prompts or {}) do
    found[#found + 1] = { word = '@' .. name, menu = vim.fn.strtrans(tostring(text)) }
  end
  for _, row in ipairs(require('polecat.contexts')) do
    found[#found + 1] = { word = '{' .. row[1] .. '}', menu = row[2] }
  end
  return found
end

--- The words of `in_messages` alone, as the command line offers them.
---@param begins boolean
---@return string[]
local function words_of_messages(begins)
  return vim.tbl_map(function(one)
    return one.word
  end, in_messages(begins))
end

--- For 'completefunc' of a message.
---@param find_start 0|1
---@param base string
---@return integer|table[]
function M.in_message(find_start, base)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local before = vim.api.nvim_get_current_line():sub(1, cursor[2])
  local start = before:find('[{@]%S*$') or #before + 1
  if find_start == 1 then
    return start - 1
  end
  return vim.tbl_filter(function(one)
    return vim.startswith(one.word, base)
  end, in_messages(cursor[1] == 1 and start == 1))
end

--- What a word or a value of `kind` can be.
---@param kind string
---@param lead string
---@param front string What stands in front of each.
---@return string[]
local function of(kind, lead, front)
  kind = kind:gsub('?', '')
  local found = kind == 'folder' and vim.fn.getcompletion(lead, 'dir')
    or kind == 'issue' and issues()
    or kind == 'shown' and vim.list_extend({ 'sidebar' }, names().polecats)
    or kind:find('^=') and vim.split(kind:sub(2), '|', { plain = true })
    or NOTHING[kind] and names()[kind]
  if kind == 'message' then
    return vim.tbl_map(function(word)
      return front .. word
    end, words_of_messages(true))
  end
  return vim.tbl_map(function(name)
    return front .. vim.fn.escape(name, ' \\')
  end, found or {})
end

--- The answers to what `polecat` asks.
---@param polecat string
---@return string[]
local function answers(polecat)
  for _, session in ipairs(require('polecat.editor.sessions').sessions()) do
    local is_it = session.address == polecat or session.polecat == polecat
    if is_it and session.waiting then
      return session.waiting.choices or {}
    end
  end
  return {}
end

--- What can stand after `text`.
---@param spec polecat.Command
---@param text string
---@param lead string
---@return string[]
local function candidates(spec, text, lead)
  local kinds, used, place = {}, {}, 1
  for _, key in ipairs(spec.keys or {}) do
    kinds[key[1]] = key[2]
  end
  -- A blank behind a backslash ends no word.
  for word in text:gsub('\\.', '_'):gmatch('%S+') do
    local key = word:match('^([^=]*)=') or ''
    if kinds[key] == 'message' or kinds[key] == 'text' then
      return kinds[key] == 'message' and words_of_messages(false) or {}
    end
    used[key], place = kinds[key], kinds[key] and place or place + 1
  end
  local name, value = lead:match('^([^=]*)=(.*)$')
  if value and kinds[name] then
    -- Of several agents, the last one.
    local before = kinds[name] == 'agents' and value:match('^.*,') or ''
    return of(kinds[name], value, name .. '=' .. before)
  end
  local words = spec.words or {}
  if words[#words] == 'message?' and place >= #words then
    return words_of_messages(place == #words)
  end
  local word = next(used) == nil and words[place] or nil
  local found = word and of(word, lead, '') or {}
  if word == 'choice?' then
    found = vim.tbl_map(function(label)
      return vim.fn.escape(label, ' \\')
    end, answers(text:match('^%s*(%S+)') or ''))
  end
  for _, key in ipairs((not word or word:find('?')) and spec.keys or {}) do
    found[#found + 1] = not used[key[1]] and key[1] .. '=' or nil
  end
  return found
end

--- Completes an argument of `spec`, as `complete` of a user command; without one the name of a
--- command and its arguments.
---@param spec? polecat.Command
---@param lead string
---@param line string
---@param position integer
---@return string[]
function M.complete(spec, lead, line, position)
  local text = line:sub(1, position):match('Polecat%w*!?%s+(.*)$') or ''
  local found = {}
  if not spec then
    local name, args = text:match('^([^%s!]+)!?%s+(.*)$')
    spec, text = name and require('polecat.command').named(name), args or ''
    found = name and {}
      or vim.tbl_map(function(command)
        return require('polecat.command').sub(command.name)
      end, require('polecat.commands'))
  end
  if spec then
    found = candidates(spec, text:sub(1, #text - #lead), lead)
  end
  return vim.tbl_filter(function(candidate)
    -- A line break would begin another command.
    return vim.startswith(candidate, lead) and not candidate:find('%c')
  end, found)
end

return M
