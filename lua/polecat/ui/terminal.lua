--- Attaching: a terminal on a session, or the user's own tmux client switched to it. And shells.
local autocmd = require('polecat.editor.autocmd')
local notify = require('polecat.editor.notify')
local window = require('polecat.ui.windows.window')

local M = {}

---@class polecat.Terminal An effect of this kind.
---@field polecat? string None for the tour and for a login.
---@field call? polecat.Request What follows when it has ended well: a login.
---@field tab? boolean It takes a tab page of its own.
---@field shell? boolean A shell is run instead: that of `plan`, or with `dir` the user's own.
---@field dir? string
---@field plan { argv: string[], switch?: string[] }

---@param argv string[]
---@param dir? string
---@param on_exit fun(job: integer, code: integer)
---@return integer job
local function start_terminal(argv, dir, on_exit)
  -- tmux refuses to run inside itself unless it does not know of it.
  local outside = vim.list_extend({ 'env', '-u', 'TMUX', '-u', 'TMUX_PANE' }, argv)
  if vim.fn.has('nvim-0.11') == 1 then
    return vim.fn.jobstart(outside, { term = true, cwd = dir, on_exit = on_exit })
  end
  ---@diagnostic disable-next-line: deprecated -- the only one that 0.10 has
  return vim.fn.termopen(outside, { cwd = dir, on_exit = on_exit })
end

--- A terminal that nobody sees would still count as a client, and hold the session to its size.
---@param buf integer
---@param job integer
local function detach_when_hidden(buf, job)
  autocmd.once('BufHidden', 'Detach from the session', function()
    vim.fn.jobstop(job)
  end, { buffer = buf })
end

--- What the tour's own Neovim has of this one.
---@return string
local function around()
  local plugin = vim.api.nvim_get_runtime_file('lua/polecat/init.lua', false)[1]
  return vim.json.encode({
    program = vim.v.progpath,
    plugin = vim.fn.fnamemodify(plugin, ':p:h:h:h'),
    background = vim.o.background,
    colors = vim.o.termguicolors,
  })
end

--- Runs `argv` in the current window.
---@param terminal polecat.Terminal
---@param at polecat.At
---@param buf integer
local function run(terminal, at, buf)
  local argv, shell = terminal.plan.argv, terminal.shell
  local job = start_terminal(argv, terminal.dir, function(_, code)
    -- What a failed attach says is left on the screen.
    if code == 0 or terminal.dir or #vim.fn.win_findbuf(buf) == 0 then
      pcall(vim.api.nvim_buf_delete, buf, { force = true })
    end
    if code == 0 and terminal.call then
      require('polecat.ui.effects').call(terminal.call, { at = at, split = {} })
    end
  end)
  vim.b[buf].polecat = terminal.polecat
  vim.b[buf].polecat_attach = not shell and table.concat(argv, ' ') or nil
  vim.b[buf].polecat_at = at
  if not shell then
    detach_when_hidden(buf, job)
  end
  require('polecat.ui.views.keymaps').set(buf)
end

--- The terminal of this tab page that runs `argv`.
---@param argv string[]
---@return integer? buf
local function running(argv)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local buf = vim.api.nvim_win_get_buf(win)
    if vim.b[buf].polecat_attach == table.concat(argv, ' ') then
      return buf
    end
  end
end

---@param terminal polecat.Terminal
---@param at polecat.At
---@param split polecat.Split
---@return polecat.Error? err
local function in_terminal(terminal, at, split)
  if terminal.dir then
    terminal.plan.argv = vim.fn.split(vim.o.shell)
  elseif terminal.tab then
    split = { mods = { tab = vim.fn.tabpagenr() } }
    terminal.plan.argv = vim.list_extend(terminal.plan.argv, { around() })
  end
  local buf = running(terminal.plan.argv)
  local shown = buf or vim.api.nvim_create_buf(false, true)
  local win, why = window.split(shown, split)
  if not win then
    if not buf then
      vim.api.nvim_buf_delete(shown, { force = true })
    end
    return { code = 'internal', message = why or '', told = true }
  elseif not buf then
    run(terminal, at, shown)
  end
  vim.cmd.startinsert()
end

--- Switches the tmux client that Neovim runs in.
---@param argv string[]
---@param done polecat.Callback
local function switch(argv, done)
  local ended = vim.schedule_wrap(function(result)
    local message = ('`switch-client`: %s'):format(vim.trim(result.stderr or ''))
    done(result.code ~= 0 and { code = 'tmux_failed', message = message } or nil)
  end)
  local ok, why = pcall(vim.system, argv, { text = true }, ended)
  if not ok then
    done({ code = 'tmux_missing', message = tostring(why) })
  end
end

--- Attaches. Inside the same tmux server the client is switched, unless the command says where it
--- wants a split.
---@param terminal polecat.Terminal
---@param context polecat.Context
function M.open(terminal, context)
  local done = context.done or notify.or_error()
  if terminal.plan.switch and not window.has_modifiers(context.split) then
    return switch(terminal.plan.switch, done)
  end
  done(in_terminal(terminal, context.at, context.split))
end

return M
