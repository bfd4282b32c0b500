--- Completion of the commands' arguments, from a cache: a `<Tab>` must not wait for tmux.
local mentions = require('polecat.mentions')

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

--- `found` as words of a command.
---@param found string[]
---@param front string What stands in front of each.
---@return string[]
local function escaped(found, front)
  return vim.tbl_map(function(name)
    return front .. vim.fn.escape(name, ' \\')
  end, found)
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
    end, mentions.words(true))
  end
  return escaped(found or {}, front)
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

--- What stands in front of what is completed.
---@class polecat.Before
---@field place integer The word that is next, from 1.
---@field used table<string, string> The keys that have been given.
---@field open? string What the key stands for whose value takes the rest of the line.

---@param text string
---@param kinds table<string, string> By the names of keys.
---@return polecat.Before
local function read(text, kinds)
  local before = { place = 1, used = {} }
  -- A blank behind a backslash ends no word.
  for word in text:gsub('\\.', '_'):gmatch('%S+') do
    local key = word:match('^([^=]*)=') or ''
    if kinds[key] == 'message' or kinds[key] == 'text' then
      before.open = kinds[key]
      break
    elseif kinds[key] then
      before.used[key] = kinds[key]
    else
      before.place = before.place + 1
    end
  end
  return before
end

--- What can stand at a place where no value is begun: a word, or a key.
---@param spec polecat.Command
---@param before polecat.Before
---@param text string
---@param lead string
---@return string[]
local function next_words(spec, before, text, lead)
  local words = spec.words or {}
  if words[#words] == 'message?' and before.place >= #words then
    return mentions.words(before.place == #words)
  end
  local word = next(before.used) == nil and words[before.place] or nil
  local found = word and of(word, lead, '') or {}
  if word == 'choice?' then
    found = escaped(answers(text:match('^%s*(%S+)') or ''), '')
  end
  for _, key in ipairs((not word or word:find('?')) and spec.keys or {}) do
    found[#found + 1] = not before.used[key[1]] and key[1] .. '=' or nil
  end
  return found
end

--- What can stand after `text`.
---@param spec polecat.Command
---@param text string
---@param lead string
---@return string[]
local function candidates(spec, text, lead)
  local kinds = {}
  for _, key in ipairs(spec.keys or {}) do
    kinds[key[1]] = key[2]
  end
  local before = read(text, kinds)
  if before.open then
    return before.open == 'message' and mentions.words(false) or {}
  end
  local name, value = lead:match('^([^=]*)=(.*)$')
  if value and kinds[name] then
    -- Of several agents, the last one.
    local others = kinds[name] == 'agents' and value:match('^.*,') or ''
    return of(kinds[name], value, name .. '=' .. others)
  end
  return next_words(spec, before, text, lead)
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
