--- Highlight groups for the colours of agents, made as they come. Neovim has room for some 20,000
--- groups of everybody's and takes none back, so that the number of ours is bounded for its whole
--- life, whatever is printed.
local colour = require('polecat.ui.colour')

local M = {}

--- xterm's sixteen, where `g:terminal_color_N` says nothing.
-- stylua: ignore
local PALETTE = {
  [0] = '#000000', '#cd0000', '#00cd00', '#cdcd00', '#5c5cff', '#cd00cd', '#00cdcd', '#e5e5e5',
  '#7f7f7f', '#ff0000', '#00ff00', '#ffff00', '#8787ff', '#ff00ff', '#00ffff', '#ffffff',
}

---@class polecat.Style
---@field fg? string|integer `#rrggbb`, or one of the sixteen that a person's palette decides.
---@field bg? string|integer
---@field sp? string|integer
---@field bold? boolean
---@field dim? boolean
---@field italic? boolean
---@field underline? boolean
---@field reverse? boolean
---@field strikethrough? boolean

local COLORS = { 'fg', 'bg', 'sp' }
local FLAGS = { 'bold', 'dim', 'italic', 'underline', 'reverse', 'strikethrough' }

--- What the groups are that we have made, by their names.
---@type table<string, polecat.Style>
local styles = {}

--- `style` in the colours of a cube.
---@param style polecat.Style
---@param levels integer[]
---@param keys string[] What is kept of it besides.
---@return polecat.Style
local function rounded(style, levels, keys)
  local round = {}
  for _, key in ipairs({ 'fg', 'bg' }) do
    local own = style[key]
    round[key] = type(own) == 'string' and colour.rounded(own, levels) or own
  end
  for _, key in ipairs(keys) do
    round[key] = style[key]
  end
  return round
end

--- What a style is drawn as while Neovim has less than so many groups of ours: itself, then in the
--- colours of 256-colour terminals, then in so few that there cannot be more than 44 x 44 of them.
---@type { most: integer, of: fun(style: polecat.Style): polecat.Style }[]
local STAGES = {
  {
    most = 1000,
    of = function(style)
      return style
    end,
  },
  {
    most = 3000,
    of = function(style)
      return rounded(style, colour.CUBE, FLAGS)
    end,
  },
  {
    most = math.huge,
    of = function(style)
      return rounded(style, colour.COARSE, {})
    end,
  },
}

---@param style polecat.Style
---@return string? name None where nothing is left of it.
local function name_of(style)
  local parts = {}
  for _, key in ipairs(COLORS) do
    if style[key] then
      parts[#parts + 1] = key:upper() .. tostring(style[key]):gsub('#', 'x')
    end
  end
  for _, flag in ipairs(FLAGS) do
    if style[flag] then
      parts[#parts + 1] = flag
    end
  end
  return parts[1] and ('PolecatTerm_' .. table.concat(parts, '_'))
end

---@param color? string|integer
---@return string? rgb
---@return integer? cterm
local function resolve(color)
  if type(color) ~= 'number' then
    return color, color and colour.index(color)
  end
  local own = vim.g['terminal_color_' .. color]
  return type(own) == 'string' and own:find('^#%x%x%x%x%x%x$') and own or PALETTE[color], color
end

--- Half-way between `rgb` (the editor's own text colour, when nil) and the background: Neovim's
--- groups have no faint.
---@param rgb? string
---@return string
local function faint(rgb)
  local normal = vim.api.nvim_get_hl(0, { name = 'Normal', link = false })
  local dark = vim.o.background == 'dark'
  local front = rgb or ('#%06x'):format(normal.fg or (dark and 0xd0d0d0 or 0x303030))
  local back = ('#%06x'):format(normal.bg or (dark and 0x101010 or 0xf0f0f0))
  return colour.mixed(front, back)
end

---@param name string
---@param style polecat.Style
local function define(name, style)
  local fg, ctermfg = resolve(style.fg)
  local bg, ctermbg = resolve(style.bg)
  local attributes = {
    fg = style.dim and faint(fg) or fg,
    bg = bg,
    sp = (resolve(style.sp)),
    ctermfg = ctermfg or (style.dim and 8 or nil),
    ctermbg = ctermbg,
  }
  for _, flag in ipairs({ 'bold', 'italic', 'underline', 'reverse', 'strikethrough' }) do
    attributes[flag] = style[flag]
  end
  vim.api.nvim_set_hl(0, name, attributes)
end

--- Set again what a colour scheme clears.
local function listen()
  vim.api.nvim_create_autocmd('ColorScheme', {
    group = vim.api.nvim_create_augroup('polecat_highlight', {}),
    desc = "Set the groups of polecat.nvim for agents' colours again",
    callback = function()
      for name, style in pairs(styles) do
        define(name, style)
      end
    end,
  })
end

--- Others have used up all that there is: each further try would be an error message.
local full = false

--- Makes a group, and counts it where Neovim does not have it yet. The count is Neovim's, so that
--- it outlives this module when somebody loads the plugin anew.
---@param name string
---@param style polecat.Style
---@return string? name None where there is no room.
local function make(name, style)
  if next(styles) == nil then
    listen()
  end
  if vim.fn.hlID(name) == 0 then
    vim.g.polecat_groups = (vim.g.polecat_groups or 0) + 1
  end
  if not pcall(define, name, style) then
    full = true
    return nil
  end
  styles[name] = style
  return name
end

--- The group that a style is drawn with.
---@param style polecat.Style
---@return string? name None for the editor's own.
local function group_of(style)
  local made = vim.g.polecat_groups or 0
  for _, stage in ipairs(STAGES) do
    local drawn = stage.of(style)
    local name = name_of(drawn)
    if not name or styles[name] then
      return name
    elseif made < stage.most then
      return not full and make(name, drawn) or nil
    end
  end
end

--- The groups that the styles of a frame are drawn with, by their places; false for none.
---@param used polecat.Style[]
---@return table<integer, string|false>
function M.groups(used)
  return vim.tbl_map(function(style)
    return group_of(style) or false
  end, used)
end

return M
