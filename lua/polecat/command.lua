--- What each command does with its arguments.
local in_use = require('polecat.in_use')
local notify = require('polecat.notify')
local words = require('polecat.words')

local M = {}

--- The keys of `:PolecatStart`, in the order in which they are completed.
M.START_KEYS = { 'issue', 'agent', 'account', 'workdir', 'config_dir', 'cmd' }
M.NEW_KEYS = { 'issue' }
M.DIFF_KEYS = { 'since' }
M.SLING_KEYS = { 'agent', 'account', 'config_dir', 'cmd' }

---@param message string
---@param hint? string
local function refuse(message, hint)
  notify.error({ code = 'bad_argument', message = message, hint = hint })
end

---@param opts table
---@return polecat.Split
local function split_of(opts)
  return { mods = opts.smods, size = opts.range > 0 and opts.count or nil }
end

--- A name and perhaps a number of lines.
---@param opts table
---@return string? name
---@return integer? lines
local function name_and_lines(opts)
  local name, lines, extra = unpack(words.all(opts.args))
  local number = tonumber(lines)
  if extra then
    return refuse(('unexpected `%s` after the lines'):format(extra))
  elseif lines and (not lines:find('^%d+$') or number < 1 or number >= 2 ^ 31) then
    return refuse(('lines: expected a whole number from 1, got `%s`'):format(lines))
  end
  return name, number
end

---@type table<string, fun(opts: table)>
local commands = {}

function commands.Start(opts)
  local polecat, rest = words.first(opts.args)
  local options, err = words.pairs(rest, M.START_KEYS)
  if not options then
    return refuse(err)
  end
  options.new = opts.bang or nil
  local again = (':PolecatStart%s %s'):format(opts.bang and '!' or '', opts.args)
  local start = require('polecat.trust').asking(require('polecat').start, again)
  in_use.asking('start', polecat, start, options, require('polecat.report').started)
end

--- The word that `text` begins with, unless it is a pair: no name holds a `=`.
---@param text string
---@return string? name
---@return string rest
local function name_first(text)
  local word, rest = words.first(text)
  if word == '' or word:find('=', 1, true) then
    return nil, text
  end
  return word, rest
end

function commands.New(opts)
  local polecat, rest = name_first(opts.args)
  local options, err = words.pairs(rest, M.NEW_KEYS)
  if not options then
    return refuse(err)
  end
  require('polecat').new(polecat, options, notify.or_error(require('polecat.report').created))
end

function commands.Sling(opts)
  local issue, rest = name_first(opts.args)
  if not issue then
    return refuse('`issue` is missing', '`:PolecatSling {issue} [polecat]`')
  end
  local polecat
  polecat, rest = name_first(rest)
  local options, err = words.pairs(rest, M.SLING_KEYS)
  if not options then
    return refuse(err)
  end
  options.polecat = polecat
  local again = ':PolecatSling ' .. opts.args
  local sling = require('polecat.trust').asking(require('polecat').sling, again)
  in_use.asking('start', issue, sling, options, require('polecat.report').slung)
end

function commands.Remove(opts)
  local options = { force = opts.bang }
  local remove = require('polecat').remove
  in_use.asking('remove', opts.args, remove, options, require('polecat.report').removed)
end

function commands.Restore(opts)
  local restore = require('polecat').restore
  in_use.asking('restore', opts.args, restore, {}, require('polecat.report').restored)
end

function commands.Stop(opts)
  require('polecat').stop(
    opts.args,
    { force = opts.bang },
    notify.or_error(function()
      notify.info(('stopped `%s`'):format(opts.args))
    end)
  )
end

function commands.StopAll(opts)
  require('polecat.stop_all').run(opts.bang)
end

function commands.Status(opts)
  require('polecat').open_status(opts.args ~= '' and opts.args or nil)
end

function commands.List()
  require('polecat.list').open()
end

function commands.Capture(opts)
  local polecat, lines = name_and_lines(opts)
  if polecat then
    local spec = { polecat = polecat, lines = lines, snapshot = opts.bang }
    require('polecat.capture').open(spec, split_of(opts))
  end
end

function commands.CaptureSession(opts)
  local session, lines = name_and_lines(opts)
  if session then
    local spec = { session = session, lines = lines, snapshot = opts.bang }
    require('polecat.capture').open(spec, split_of(opts))
  end
end

function commands.Inject(opts)
  local polecat, message = words.first(opts.args)
  local inject = require('polecat.inject')
  local quoted = opts.range > 0 and inject.quoted(0, opts.line1, opts.line2) or nil
  if message == '' and not quoted then
    return require('polecat.compose').open({ polecat = polecat }, { mods = opts.smods })
  end
  inject.send(polecat, message, quoted)
end

function commands.Attach(opts)
  require('polecat.attach').open({ polecat = opts.args }, split_of(opts))
end

function commands.Diff(opts)
  local polecat, rest = words.first(opts.args)
  if polecat:find('=', 1, true) then
    polecat, rest = '', opts.args
  end
  local options, err = words.pairs(rest, M.DIFF_KEYS)
  if not options then
    return refuse(err)
  elseif opts.bang then
    return require('polecat.diff').side_by_side(polecat ~= '' and polecat or nil)
  end
  options.polecat = polecat ~= '' and polecat or vim.b.polecat
  if not options.polecat then
    return refuse('whose changes? name a polecat')
  end
  require('polecat.diff').open(options, split_of(opts))
end

function commands.Rig(opts)
  local rig = require('polecat.rig')
  if opts.bang and opts.args ~= '' then
    refuse('`:PolecatRig!` unpins, and takes no path')
  elseif opts.bang then
    rig.unpin()
  elseif opts.args ~= '' then
    rig.pin(opts.args)
  else
    rig.show()
  end
end

function commands.Log(opts)
  require('polecat.log').open(split_of(opts))
end

--- Runs the command `:Polecat<name>`.
---@param name string
---@param opts table As `nvim_create_user_command()` gives it.
function M.run(name, opts)
  commands[name](opts)
end

return M
