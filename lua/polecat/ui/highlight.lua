--- Highlight groups for the colours of agents, made as they come. The backend sees to it that there
--- are not too many: Neovim takes none back.
local autocmd = require('polecat.editor.autocmd')
local color = require('polecat.ui.color')

local M = {}

--- xterm's sixteen, where `g:terminal_color_N` says nothing.
-- stylua: ignore
local PALETTE = {
  [0] = '#000000', '#cd0000', '#00cd00', '#cdcd00', '#5c5cff', '#cd00cd', '#00cdcd', '#e5e5e5',
  '#7f7f7f', '#ff0000', '#00ff00', '#ffff00', '#8787ff', '#ff00ff', '#00ffff', '#ffffff',
}

--- Those of them that nobody can read on a light ground.
-- stylua: ignore
local ON_LIGHT = {
  [2] = '#006400', [3] = '#7a5200', [6] = '#006a72', [7] = '#4f5258', [9] = '#c00000', [10] = '#006f00',
  [11] = '#7a5a00', [12] = '#3b3bd6', [13] = '#a800a8', [14] = '#00707a', [15] = '#14161b',
}

---@class polecat.Style As `nvim_set_hl()` takes it, but for these.
---@field name string Of its group.
---@field fg? string|integer `#rrggbb`, or one of the sixteen that a person's palette decides.
---@field bg? string|integer
---@field sp? string|integer
---@field dim? boolean
---@field reverse? boolean

--- What the groups are that we have made, by their names.
---@type table<string, polecat.Style>
local styles = {}

---@param told? string|integer
---@param on_ours? boolean Whether it is drawn on the editor's own ground.
---@return string?
local function resolve(told, on_ours)
  if type(told) ~= 'number' then
    return told
  end
  local own = vim.g['terminal_color_' .. told]
  if type(own) == 'string' and own:find('^#%x%x%x%x%x%x$') then
    return own
  end
  return on_ours and vim.o.background == 'light' and ON_LIGHT[told] or PALETTE[told]
end

--- Half-way between `rgb`, or the editor's own text colour, and the background: Neovim's groups have
--- no faint.
---@param rgb? string
---@return integer
local function faint(rgb)
  local text, ground = color.normal()
  return color.mix(rgb and tonumber(rgb:sub(2), 16) or text, ground, 0.5)
end

---@param style polecat.Style
local function define(style)
  local group = vim.tbl_extend('force', style, {
    fg = resolve(style.fg, not style.bg and not style.reverse),
    bg = resolve(style.bg),
    sp = resolve(style.sp),
  })
  group.fg = style.dim and faint(group.fg) or group.fg
  group.dim, group.name = nil, nil
  vim.api.nvim_set_hl(0, style.name, group)
end

--- Set again what a colour scheme clears.
local function listen()
  local desc = "Set the groups of polecat.nvim for agents' colours again"
  autocmd.on('polecat_highlight', { 'ColorScheme', 'OptionSet' }, desc, function(event)
    if event.event == 'ColorScheme' or event.match == 'background' then
      vim.tbl_map(define, styles)
    end
  end)
end

--- Others have used up all that there is: each further try would be an error message.
local full = false

--- Makes a group, and counts it where Neovim does not have it yet. The count is Neovim's, so that
--- it outlives this module when somebody loads the plugin anew, and the backend.
---@param style polecat.Style
local function make(style)
  if next(styles) == nil then
    listen()
  end
  if vim.fn.hlID(style.name) == 0 then
    vim.g.polecat_groups = (vim.g.polecat_groups or 0) + 1
  end
  full = not pcall(define, style)
  styles[style.name] = not full and style or nil
end

--- The groups that the styles of a frame are drawn with, by their places; false where there is no
--- room for one.
---@param used polecat.Style[]
---@return table<integer, string|false>
function M.groups(used)
  return vim.tbl_map(function(style)
    if not styles[style.name] and not full then
      make(style)
    end
    return styles[style.name] and style.name or false
  end, used)
end

return M
