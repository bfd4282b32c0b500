--- Highlight groups for the colours of agents, made as they come. Neovim has room for some 20,000
--- groups of everybody's and takes none back, so that the number of ours is bounded for its whole
--- life, whatever is printed.
local autocmd = require('polecat.editor.autocmd')
local bit = require('bit')

local M = {}

--- xterm's sixteen, where `g:terminal_color_N` says nothing.
-- stylua: ignore
local PALETTE = {
  [0] = '#000000', '#cd0000', '#00cd00', '#cdcd00', '#5c5cff', '#cd00cd', '#00cdcd', '#e5e5e5',
  '#7f7f7f', '#ff0000', '#00ff00', '#ffff00', '#8787ff', '#ff00ff', '#00ffff', '#ffffff',
}

--- How many groups of ours there may be before styles are drawn in fewer colours, and in fewer yet,
--- of which there cannot be more than 44 x 44.
local LIMITS = { 1000, 3000, math.huge }

---@class polecat.Style As `nvim_set_hl()` takes it, but for these.
---@field name? string Of its group; none where nothing is left of it.
---@field fg? string|integer `#rrggbb`, or one of the sixteen that a person's palette decides.
---@field bg? string|integer
---@field sp? string|integer
---@field dim? boolean

--- What the groups are that we have made, by their names.
---@type table<string, polecat.Style>
local styles = {}

---@param color? string|integer
---@return string?
local function resolve(color)
  if type(color) ~= 'number' then
    return color
  end
  local own = vim.g['terminal_color_' .. color]
  return type(own) == 'string' and own:find('^#%x%x%x%x%x%x$') and own or PALETTE[color]
end

--- Half-way between `rgb` (the editor's own text colour, when nil) and the background: Neovim's
--- groups have no faint.
---@param rgb? string
---@return integer
local function faint(rgb)
  local normal = vim.api.nvim_get_hl(0, { name = 'Normal', link = false })
  local dark = vim.o.background == 'dark'
  local front = rgb and tonumber(rgb:sub(2), 16) or normal.fg or (dark and 0xd0d0d0 or 0x303030)
  local back = normal.bg or (dark and 0x101010 or 0xf0f0f0)
  local function half(color)
    return bit.rshift(bit.band(color, 0xfefefe), 1)
  end
  return half(front) + half(back)
end

---@param style polecat.Style
---@param name string
local function define(style, name)
  local group = vim.tbl_extend('force', style, {
    fg = resolve(style.fg),
    bg = resolve(style.bg),
    sp = resolve(style.sp),
  })
  group.fg = style.dim and faint(group.fg) or group.fg
  group.dim, group.name = nil, nil
  vim.api.nvim_set_hl(0, name, group)
end

--- Set again what a colour scheme clears.
local function listen()
  local desc = "Set the groups of polecat.nvim for agents' colours again"
  autocmd.on('polecat_highlight', 'ColorScheme', desc, function()
    for name, style in pairs(styles) do
      define(style, name)
    end
  end)
end

--- Others have used up all that there is: each further try would be an error message.
local full = false

--- Makes a group, and counts it where Neovim does not have it yet. The count is Neovim's, so that
--- it outlives this module when somebody loads the plugin anew.
---@param style polecat.Style
---@param name string
---@return string? name None where there is no room.
local function make(style, name)
  if next(styles) == nil then
    listen()
  end
  if vim.fn.hlID(name) == 0 then
    vim.g.polecat_groups = (vim.g.polecat_groups or 0) + 1
  end
  full = not pcall(define, style, name)
  if not full then
    styles[name] = style
    return name
  end
end

--- The group that a style is drawn with.
---@param stages polecat.Style[] The style, and what it is in fewer colours; the last one for all that
---would follow.
---@return string|false name False for the editor's own.
local function group_of(stages)
  local made = vim.g.polecat_groups or 0
  for stage, limit in ipairs(LIMITS) do
    local style = stages[stage] or stages[#stages]
    local name = style.name
    if not name or styles[name] then
      return name or false
    elseif made < limit then
      return not full and make(style, name) or false
    end
  end
  return false
end

--- The groups that the styles of a frame are drawn with, by their places; false for none.
---@param used polecat.Style[][]
---@return table<integer, string|false>
function M.groups(used)
  return vim.tbl_map(group_of, used)
end

return M
