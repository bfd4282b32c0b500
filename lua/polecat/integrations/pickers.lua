--- The sessions in the picker of another plugin, with a live preview of what each prints.
local notify = require('polecat.editor.notify')
local where = require('polecat.editor.context')

---@class polecat.Pickers Each opens the sessions in one, with options of that plugin.
---@field telescope fun(opts?: table)
---@field fzf_lua fun(opts?: table)
---@field snacks fun(opts?: table)
---@field mini fun(opts?: table)
local M = {}

--- The module that each picker is found by, and what its plugin is called.
local PLUGINS = {
  telescope = { module = 'telescope.pickers', name = 'telescope.nvim' },
  fzf_lua = { module = 'fzf-lua', name = 'fzf-lua' },
  snacks = { module = 'snacks', name = 'snacks.nvim' },
  mini = { module = 'mini.pick', name = 'mini.pick' },
}

---@class polecat.Source What a picker is made of.
---@field rows string[] A session each.
---@field preview fun(buf: integer, row: string)
---@field choose fun(row?: string) What `<CR>` does with what was selected, if anything.
---@field act fun(row?: string) The same of `<C-o>`.

--- More than any preview window is high; what is above can be scrolled to.
local PREVIEW_LINES = 200

--- The buffer of the one preview that there is.
---@type integer?
local previewed

--- Shows what `polecat` prints in `buf`, live, until another is shown or `buf` goes.
---@param buf integer
---@param polecat string
---@param at polecat.At
function M.preview(buf, polecat, at)
  local view = require('polecat.ui.views.view')
  if previewed then
    view.close(previewed)
  end
  previewed = buf
  vim.b[buf].polecat_at = at
  local spec = { kind = 'capture', polecat = polecat, title = polecat }
  spec.lines, spec.follow = PREVIEW_LINES, true
  view.open(buf, spec, function(err)
    -- Why there is nothing to see.
    if err and vim.api.nvim_buf_is_valid(buf) then
      require('polecat.ui.windows.buffer').write(buf, vim.split(err.message, '\n'))
    end
  end)
end

--- What the row of a picker is about: the polecat's name, and from where it is of its own rig.
---@param choice? polecat.Choice
---@return string polecat
---@return polecat.At at
local function subject(choice)
  local args = choice and choice.call and choice.call.args or {}
  return (args.answers or {}).polecat or '', args.at
end

--- Does `act` with what was selected once the picker has closed its window.
---@param act fun(row: string)
---@return fun(row?: string)
local function when_closed(act)
  return vim.schedule_wrap(function(row)
    if row then
      act(row)
    end
  end)
end

--- Opens `picker` on the sessions of the rig, or with `all` of all rigs.
---@param picker string
---@param plugin { module: string, name: string }
---@param opts? table Options of that plugin, and `all`.
local function open(picker, plugin, opts)
  if vim.in_fast_event() then
    return vim.schedule_wrap(open)(picker, plugin, opts)
  end
  if not pcall(require, plugin.module) then
    return notify.error(('`%s` is not installed'):format(plugin.name))
  end
  local run = require('polecat.command').run
  local own = vim.tbl_extend('force', {}, opts or {})
  local all = own.all
  own.all = nil
  local function show(rows, _, done, choices)
    require('polecat.integrations.' .. picker).open({
      rows = rows,
      preview = function(buf, row)
        M.preview(buf, subject(choices[row]))
      end,
      choose = when_closed(function(row)
        local polecat, at = subject(choices[row])
        run('Capture', { args = vim.fn.escape(polecat, ' \\') }, at)
      end),
      act = when_closed(done),
    }, own)
  end
  run('List', { args = '', bang = all, show = show }, where.here())
end

for picker, plugin in pairs(PLUGINS) do
  M[picker] = function(opts)
    open(picker, plugin, opts)
  end
end

return M
