--- Files that an agent changed, in the buffers that show them.
---
--- Neovim reloads a buffer itself when it is told to look (`:checktime`), with cursor, folds, undo
--- and 'autoread' as always. What is ours: when to look, and no dialog where it does not reload.
local autocmd = require('polecat.editor.autocmd')
local host_file = require('polecat.editor.host_file')
local notify = require('polecat.editor.notify')

local M = {}

---@class polecat.Files
---@field polecat string Who works there.
---@field host? string The host that it is on.
---@field worktree string Its path, all links resolved.
---@field paths string[] What was touched, from the worktree on.
---@field whole boolean There may be more.

---@class polecat.File What is known of a buffer's file.
---@field name string The buffer's name, of which the rest was made.
---@field host? string The host that it is on.
---@field places string[] Where it can be touched: itself, and where it leads.
---@field polecat? string In whose worktree it is.
---@field shown? string Its path there.
---@field gone? boolean It was told that it is not there any more.
---@field told? integer When a change was told last, in ms of the loop's clock.

---@type table<integer, polecat.File>
local known = {}
--- Buffers to look at when the user is done with what they are doing.
---@type table<integer, true>
local waiting = {}
local listening, prepared = false, false

local TOLD = {
  conflict = '`%s` changed `%s`: not reloaded, its buffer has unsaved changes',
  deleted = '`%s` deleted `%s`: its buffer stays',
  changed = "`%s` changed `%s`: not reloaded, because 'autoread' is off",
}

--- An agent may write to a file all the time: what it does to one file within so many ms is told
--- as one change.
local CHANGE_INTERVAL = 2000

--- Links are resolved once for each buffer: events come many times a second.
---@param buf integer
---@return polecat.File?
local function file_of(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then
    return nil
  end
  local name = vim.api.nvim_buf_get_name(buf)
  local host, path = host_file.place(buf)
  local is_file = host or vim.bo[buf].buftype == ''
  if name == '' or not is_file then
    return nil
  end
  if known[buf] and known[buf].name == name then
    return known[buf]
  elseif host then
    -- Where links lead there is not known here.
    known[buf] = { name = name, host = host, places = { path } }
  else
    local folder = vim.fn.resolve(vim.fs.dirname(name))
    local itself = vim.fs.joinpath(folder, vim.fs.basename(name))
    known[buf] = { name = name, places = { itself, vim.fn.resolve(name) } }
  end
  return known[buf]
end

--- Whether looking now would disturb: text that is being typed or selected, or a command line
--- that a message would be drawn over.
---@param buf integer
---@return boolean
local function is_busy(buf)
  local mode = vim.api.nvim_get_mode().mode
  local first = mode:sub(1, 1)
  if first == 'c' then
    return true
  end
  local free = (first == 'n' and mode:sub(2, 2) ~= 'o') or first == 't'
  return not free and buf == vim.api.nvim_get_current_buf()
end

--- Tells why a change is not in a buffer, if it is not.
---@param file polecat.File
---@param reason? string As in |v:fcs_reason|.
local function tell(file, reason)
  -- As long as a file is gone, it is found gone at every look.
  local again = reason == 'deleted' and file.gone
  local now = vim.uv.now()
  local same = reason ~= 'deleted' and file.told and now - file.told < CHANGE_INTERVAL
  file.gone = reason == 'deleted'
  if reason and TOLD[reason] and not again and not same then
    file.told = now
    notify.warn(TOLD[reason]:format(file.polecat, file.shown))
  end
end

---@param buf integer
---@param file polecat.File
local function answer_for(buf, file)
  local desc = 'Tell who changed a file that is not reloaded'
  -- Neovim asks this instead of the user, where it does not reload by itself.
  autocmd.on('polecat_reload', 'FileChangedShell', desc, function()
    tell(file, vim.v.fcs_reason)
  end, buf)
end

--- The value of 'autoread'.
---@param buf integer
---@return boolean
local function reads_again(buf)
  local own = vim.bo[buf].autoread
  -- Nothing where it is not the buffer's own.
  if own == nil then
    return vim.go.autoread
  end
  return own
end

---@type fun()
local look_later

---@param buf integer
local function look(buf)
  local file = file_of(buf)
  if not file then
    return
  elseif is_busy(buf) then
    waiting[buf] = true
    return look_later()
  elseif file.host then
    return host_file.reload(buf, reads_again(buf), function(reason)
      tell(file, reason)
    end)
  end
  file.gone = file.gone and not vim.uv.fs_stat(file.name)
  -- What goes wrong in a user's autocommands is not ours to tell.
  pcall(vim.api.nvim_command, ('silent checktime %d'):format(buf))
end

--- Looks at those that wait, each time the mode changes, until none waits.
function look_later()
  if listening then
    return
  end
  listening = true
  autocmd.once('ModeChanged', 'Reload what an agent changed meanwhile', function()
    vim.schedule(function()
      local buffers = vim.tbl_keys(waiting)
      listening, waiting = false, {}
      vim.tbl_map(look, buffers)
    end)
  end)
end

--- The paths from the worktree on of a file in it: its own, and where it leads.
---@param file polecat.File
---@param worktree string
---@return string[]
local function below(file, worktree)
  local found = {}
  for _, place in ipairs(file.places) do
    found[#found + 1] = vim.startswith(place, worktree .. '/') and place:sub(#worktree + 2) or nil
  end
  return found
end

--- Looks at the buffers whose files are below `folder`, after something that the user asked for. One
--- that Neovim would ask about is left to be found as every change from outside is.
---@param folder string
function M.look_below(folder)
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    local file = file_of(buf)
    local is_below = file and not file.host and below(file, folder)[1]
    if is_below and reads_again(buf) and not vim.bo[buf].modified then
      look(buf)
    end
  end
end

--- At the first news, not when this file is loaded.
local function prepare()
  prepared = true
  local desc = 'Forget which file a buffer shows'
  autocmd.on('polecat_reload', { 'BufUnload', 'BufFilePost' }, desc, function(event)
    known[event.buf], waiting[event.buf] = nil, nil
    if event.event == 'BufFilePost' then
      local told = { group = 'polecat_reload', event = 'FileChangedShell', buffer = event.buf }
      vim.api.nvim_clear_autocmds(told)
    end
  end)
end

--- Takes what the backend tells of one worktree.
---@param files polecat.Files
function M.changed(files)
  if not prepared then
    prepare()
  end
  local touched = {}
  for _, path in ipairs(files.paths) do
    touched[path] = true
  end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    local file = file_of(buf)
    local paths = file and file.host == files.host and below(file, files.worktree) or {}
    if file and paths[1] then
      if not file.polecat and not file.host then
        answer_for(buf, file)
      end
      file.polecat, file.shown = files.polecat, paths[1]
      if files.whole or touched[paths[1]] or touched[paths[2]] then
        look(buf)
      end
    end
  end
end

return M
