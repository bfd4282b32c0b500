--- What a person does in the tour, one line at a time, above all windows. Runs in a Neovim of its own.
local polecat = require('polecat')

---@type { text: string, event: string, done: fun(event: table): boolean? }[]
local STEPS = {
  {
    text = 'Two agents are at work, each in a worktree of its own. birch is about to ask.',
    event = 'User PolecatWaiting',
  },
  {
    text = 'birch asks: ]w goes there, A shows all of it, y says yes.',
    event = 'User PolecatStateChanged',
    done = function(event)
      return event.data.polecat == 'birch' and event.data.old == 'waiting'
    end,
  },
  {
    text = '<CR> on ash follows what it prints; q comes back.',
    event = 'BufWinLeave',
    done = function(event)
      return event.file:find('^polecat://capture/') ~= nil
    end,
  },
  {
    text = ':PolecatStatus, d on ash. On a line: c, write, :w. S sends it to ash.',
    event = 'User PolecatStateChanged',
    done = function(event)
      return event.data.polecat == 'ash' and event.data.new == 'working'
    end,
  },
  {
    text = 'That is all of it; :PolecatStart! starts more, g? lists keys.',
    event = 'VimLeave',
  },
}

local function show(number)
  local step = STEPS[number]
  local where = (' %d/%d '):format(number, #STEPS)
  vim.o.tabline = '%#PmenuSel#' .. where .. '%#TabLineFill# ' .. step.text .. '%=:qa ends the tour '
  local event, pattern = step.event:match('^(%S+) ?(.*)$')
  vim.api.nvim_create_autocmd(event, {
    pattern = pattern ~= '' and pattern or '*',
    callback = function(data)
      if not step.done or step.done(data) then
        vim.schedule(function()
          show(number + 1)
        end)
        return true
      end
    end,
  })
end

vim.o.showtabline = 2
vim.o.statusline = "%f%=%{v:lua.require'polecat'.statusline()} "
show(1)
polecat.start('birch', { new = true, prompt = 'write a test for total()' })
polecat.start('ash', { new = true, prompt = 'let customers have a discount' })
vim.cmd('PolecatStatus')
